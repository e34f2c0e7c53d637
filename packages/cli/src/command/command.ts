import { parseArgs } from 'node:util';
import { CliError } from './cli-error.ts';
import { calledName, commandHelp } from './help.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** 0: done, nothing wrong. 1: findings of severity error. 2: called wrongly, or a file that can't be read or written. */
export type ExitCode = 0 | 1 | 2;

/** One option of a command, as `node:util`'s parseArgs takes it, with what the help says. */
export interface CommandOption {
  readonly type: 'string' | 'boolean';
  readonly multiple?: true;
  /** What stands for the value in the help, for example `PORT`. */
  readonly value?: string;
  readonly help: string;
}

/** The options of a command by name, without the dashes. */
export type CommandOptions = Readonly<Record<string, CommandOption>>;

/** The values that options were given; those that were not are missing. */
export type OptionValues<O extends CommandOptions> = {
  readonly [K in keyof O]?: O[K]['type'] extends 'boolean'
    ? boolean
    : O[K] extends { readonly multiple: true }
      ? readonly string[]
      : string;
};

/** What a command is: its file in `commands/` gives one of these to `defineCommand`. */
export interface CommandSpec<O extends CommandOptions> {
  /** `companion <group> <name>`; a command that is a group by itself has the name "". */
  readonly group: string;
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Its operands, optional ones in brackets, `…` after one that may come more than once: `FILE URI…`. */
  readonly operands: string;
  /** How the options' values and the exit codes are to be understood, where that is not plain. */
  readonly notes?: string;
  readonly options: O;
  /** Does the work; throws a `CliError` where it can't. */
  run(call: Call<O>, terminal: Terminal): Promise<ExitCode>;
}

/** One call of a command. */
export interface Call<O extends CommandOptions> {
  /** As many as `operands` allows. */
  readonly operands: readonly [string, ...string[]];
  readonly options: OptionValues<O>;
}

/** A command with the types of its options closed in. */
export interface Command {
  readonly group: string;
  readonly name: string;
  readonly summary: string;
  /** Takes the arguments after the command's name. */
  run(args: readonly string[], terminal: Terminal): Promise<ExitCode>;
}

/** Makes a command of its description: `--help`, strict options, the right number of operands. */
export function defineCommand<const O extends CommandOptions>(spec: CommandSpec<O>): Command {
  const { min, max } = operandCount(spec.operands);
  return {
    group: spec.group,
    name: spec.name,
    summary: spec.summary,
    run: async (args, terminal) => {
      const { values, positionals } = parse(args, spec.options);
      if (values.help === true) {
        terminal.out(commandHelp(spec));
        return 0;
      }
      const [first, ...rest] = positionals;
      if (first === undefined || positionals.length < min || positionals.length > max) {
        const called = `companion ${calledName(spec)}`;
        throw new CliError('usage', `usage: ${called} ${spec.operands}\nSee: ${called} --help`);
      }
      // parseArgs in strict mode has checked every name and type against these very options.
      return spec.run({ operands: [first, ...rest], options: values as OptionValues<O> }, terminal);
    },
  };
}

function parse(args: readonly string[], options: CommandOptions) {
  const known = Object.entries(options).map(([name, { type, multiple }]) => [
    name,
    { type, ...(multiple === true && { multiple }) },
  ]);
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...(Object.fromEntries(known) as Record<string, { type: 'string' | 'boolean'; multiple?: boolean }>),
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new CliError('usage', error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** How many operands a usage text allows. */
function operandCount(text: string): { min: number; max: number } {
  const words = text.split(' ');
  const min = words.filter((word) => !word.startsWith('[')).length;
  return { min, max: text.includes('…') ? Infinity : words.length };
}
