import { parseArgs } from 'node:util';
import { CliError } from './cli-error.ts';
import type { Command, CommandOptions, ExitCode, OptionValues } from './command.ts';
import { commandHelp } from './help.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** A command that is called with options alone, as one that works on a whole volume is. */
export interface OptionCommandSpec<O extends CommandOptions, R extends keyof O & string> {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly notes?: string;
  readonly options: O;
  /** The options that have to be given, each once; they are text. */
  readonly required: readonly R[];
  /** Does the work; throws a `CliError` where it can't. */
  run(options: OptionValues<O> & Readonly<Record<R, string>>, terminal: Terminal): Promise<ExitCode>;
}

/** Makes a command of its description: `--help`, strict options, the required ones there. */
export function defineOptionCommand<const O extends CommandOptions, R extends keyof O & string>(
  spec: OptionCommandSpec<O, R>,
): Command {
  const { name, summary, notes, options, required } = spec;
  const usage = required.map((option) => `--${option} ${options[option]?.value ?? 'TEXT'}`).join(' ');
  return {
    group: name,
    name: '',
    summary,
    run: async (args, terminal) => {
      const values = parse(args, options);
      if (values['help'] === true) {
        const notesGiven = notes === undefined ? {} : { notes };
        terminal.out(commandHelp({ group: name, name: '', summary, operands: usage, options, ...notesGiven }));
        return 0;
      }
      const missing = required.filter((option) => values[option] === undefined);
      if (missing.length > 0) {
        throw new CliError('usage', `usage: companion ${name} ${usage}\nSee: companion ${name} --help`);
      }
      // parseArgs in strict mode has checked every name and type against these very options.
      return spec.run(values as OptionValues<O> & Readonly<Record<R, string>>, terminal);
    },
  };
}

function parse(args: readonly string[], options: CommandOptions): Readonly<Record<string, unknown>> {
  const known = Object.entries(options).map(
    ([name, { type, multiple }]) => [name, { type, ...(multiple === true && { multiple }) }] as const,
  );
  try {
    return parseArgs({
      args: [...args],
      options: { ...Object.fromEntries(known), help: { type: 'boolean', short: 'h' } },
    }).values;
  } catch (error) {
    throw new CliError('usage', error instanceof Error ? error.message : String(error), { cause: error });
  }
}
