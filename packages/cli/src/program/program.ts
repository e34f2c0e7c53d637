import { Argument, Command as Parser, CommanderError, Help, InvalidArgumentError, Option } from 'commander';
import { CliError } from '../command/cli-error.ts';
import type { Command, ExitCode } from '../command/command.ts';
import { operandsOf, wholeNumber } from '../command/operand.ts';
import type { CommandOption } from '../command/option.ts';
import type { CommandRegistry } from '../command/command.ts';
import type { GroupSummaries } from '../command/registry.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { calledName } from './called-name.ts';
import { usageOf } from './usage.ts';

/** What the program is made of. */
export interface ProgramOptions {
  readonly commands: CommandRegistry;
  readonly groups: GroupSummaries;
  readonly version: string;
}

/** `companion`: parses a command line with commander and runs the command, whose module is loaded only then. */
export class Program {
  readonly #options: ProgramOptions;
  readonly #terminal: Terminal;
  /** What the command that ran ended with. */
  #exitCode: ExitCode = 0;

  constructor(options: ProgramOptions, terminal: Terminal) {
    this.#options = options;
    this.#terminal = terminal;
  }

  /** Runs a command line (without node and the script); everything that is to be said goes to the terminal. */
  async run(args: readonly string[]): Promise<ExitCode> {
    // `help` as a word, as other tools have it.
    const asked = args[0] === 'help' ? [...args.slice(1), '--help'] : args;
    try {
      await this.#parser().parseAsync(asked, { from: 'user' });
      return this.#exitCode;
    } catch (error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
      // 1 would say that a config has errors.
      const text = error instanceof CliError ? error.message : error instanceof Error ? error.stack : undefined;
      this.#terminal.err(`${text ?? String(error)}\n`);
      return 2;
    }
  }

  #parser(): Parser {
    const { commands, version } = this.#options;
    const root = new Parser('companion')
      .description('What the modules do, by hand.')
      .version(version, '--version', 'print the version')
      .helpOption('-h, --help', 'print this text')
      .helpCommand(false)
      .exitOverride()
      .showHelpAfterError()
      .configureOutput({
        writeOut: (text) => this.#terminal.out(text),
        writeErr: (text) => this.#terminal.err(text),
        outputError: (text, write) => write(text.replace(/^error: /, 'companion: ')),
      })
      .configureHelp({ formatHelp: (command, help) => formatHelp(command, help) })
      .addHelpText('after', exitCodes);
    const parents = new Map<string | undefined, Parser>([[undefined, this.#lazy(root)]]);
    for (const [name, entry] of Object.entries(commands)) {
      const { group, word } = calledName(name);
      const parent = parents.get(group) ?? this.#addGroup(root, group ?? '');
      parents.set(group, parent);
      parent.command(word).description(entry.summary);
    }
    return root;
  }

  #addGroup(root: Parser, group: string): Parser {
    return this.#lazy(
      root
        .command(group)
        .description(this.#options.groups[group] ?? '')
        .helpCommand(false),
    );
  }

  /** Lets a parent complete the command that was called before its own arguments are parsed. */
  #lazy(parent: Parser): Parser {
    return parent.hook('preSubcommand', async (_, called) => {
      const name = fullName(called);
      const entry = Object.hasOwn(this.#options.commands, name) ? this.#options.commands[name] : undefined;
      if (entry === undefined) return;
      this.#complete(called, name, (await entry.load()).command);
    });
  }

  #complete(parser: Parser, name: string, command: Command): void {
    for (const { name: operand, required, repeated } of operandsOf(command.operands)) {
      const dots = repeated ? '...' : '';
      parser.addArgument(new Argument(required ? `<${operand}${dots}>` : `[${operand}${dots}]`));
    }
    const options = Object.entries(command.options).map(([key, option]) => ({
      key,
      option,
      parsed: optionOf(key, option),
    }));
    for (const { parsed } of options) parser.addOption(parsed);
    parser
      .usage(usageOf(command))
      .showHelpAfterError(`usage: companion ${name} ${usageOf(command)}\nSee: companion ${name} --help`)
      .addHelpText('after', `${command.notes === undefined ? '' : `\n${command.notes}\n`}\n${examplesOf(command)}`)
      .action(async () => {
        const given = parser.opts<Record<string, unknown>>();
        // Not by commander itself, which would complain before it looks for slips of these very options.
        for (const { option, parsed } of options) {
          if ('required' in option && given[parsed.attributeName()] === undefined) {
            parser.error(`error: required option '${parsed.flags}' not specified`);
          }
        }
        const values = options.map(({ key, option, parsed }) => [key, given[parsed.attributeName()] ?? unset(option)]);
        this.#exitCode = await command.run(
          {
            operands: parser.args,
            options: Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Record<string, unknown>,
            commands: this.#options.commands,
          },
          this.#terminal,
        );
      });
  }
}

const exitCodes = `
Every command has --help. Exit codes: 0 fine, 1 findings of severity error, 2 usage, or a file that can't be read or written.`;

function optionOf(name: string, option: CommandOption): Option {
  const flags = option.type === 'flag' ? `--${name}` : `--${name} <${option.value}>`;
  const parsed = new Option(flags, option.help);
  if (option.type === 'texts') {
    parsed.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]);
  }
  if (option.type === 'integer') {
    parsed.argParser((text: string) => {
      const number = wholeNumber(text);
      if (number === undefined) throw new InvalidArgumentError('It is no whole number.');
      return number;
    });
  }
  if (option.type === 'text' && option.choices !== undefined) parsed.choices(option.choices);
  return parsed;
}

/** The value of an option that was not given. */
function unset({ type }: CommandOption): unknown {
  return type === 'flag' ? false : type === 'texts' ? [] : undefined;
}

function examplesOf({ examples }: Command): string {
  return `Examples:\n${examples.map((example) => `  ${example}`).join('\n')}`;
}

function fullName(command: Parser): string {
  const { parent } = command;
  return parent?.parent ? `${parent.name()} ${command.name()}` : command.name();
}

/** The overview lists the commands of groups, too, each by its whole name. */
function formatHelp(command: Parser, help: Help): string {
  if (command.parent === null) {
    help.visibleCommands = () => command.commands.flatMap((one) => (one.commands.length === 0 ? [one] : one.commands));
  }
  help.subcommandTerm = fullName;
  return Help.prototype.formatHelp.call(help, command, help);
}
