import type { OptionValues, CommandOptions } from './option.ts';
import type { OperandValues } from './operand.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** 0: done, nothing wrong. 1: findings of severity error. 2: called wrongly, or a file that can't be read or written. */
export type ExitCode = 0 | 1 | 2;

/** What a command is: its file in `commands/` gives one of these to `defineCommand`. */
export interface CommandSpec<O extends CommandOptions, P extends string> {
  /** Optional ones in brackets, `…` after one that may come more than once: `FILE URI…`; empty for none. */
  readonly operands: P;
  /** How the options' values and the exit codes are to be understood, where that is not plain. */
  readonly notes?: string;
  /** Whole command lines. */
  readonly examples: readonly [string, ...string[]];
  readonly options: O;
  /** Does the work; throws a `CliError` where it can't. */
  run(call: Call<O, P>, terminal: Terminal): Promise<ExitCode>;
}

/** One call of a command. */
export interface Call<O extends CommandOptions, P extends string> {
  readonly operands: OperandValues<P>;
  readonly options: OptionValues<O>;
  /** All commands, for those that are about commands. */
  readonly commands: CommandRegistry;
}

/** A command with the types of its operands and options closed in. */
export interface Command {
  readonly operands: string;
  readonly notes?: string;
  readonly examples: readonly string[];
  readonly options: CommandOptions;
  /** Takes what was parsed by `operands` and `options`: as many texts, and values of the types that the options have. */
  run(call: ParsedCall, terminal: Terminal): Promise<ExitCode>;
}

/** What was parsed of a command line. */
export interface ParsedCall {
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly commands: CommandRegistry;
}

/** A command as it is listed: what the overview needs, and where the rest is. */
export interface CommandEntry {
  /** One line. */
  readonly summary: string;
  /** The command's module; loaded when it is called, asked for help, or written about. */
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** All commands by what they are called behind `companion`, a group's name first: `config get`, `pack`. */
export type CommandRegistry = Readonly<Record<string, CommandEntry>>;

/** Makes a command of its description. */
export function defineCommand<const O extends CommandOptions, const P extends string>(
  spec: CommandSpec<O, P>,
): Command {
  return {
    ...spec,
    // The parser takes its rules from this very spec.
    run: ({ operands, options, commands }, terminal) =>
      spec.run(
        { operands: operands as unknown as OperandValues<P>, options: options as OptionValues<O>, commands },
        terminal,
      ),
  };
}
