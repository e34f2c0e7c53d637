import type { Command } from './command.ts';

/** A command as it is listed: what the overview needs, and where the rest is. */
export interface CommandEntry {
  /** One line. */
  readonly summary: string;
  /** The command's module; loaded when it is called, asked for help, or written about. */
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** All commands by what they are called behind `companion`, a group's name first: `config get`, `pack`. */
export type CommandRegistry = Readonly<Record<string, CommandEntry>>;

/** The groups that names begin with. */
export type GroupOf<Name extends string> = Name extends `${infer Group} ${string}` ? Group : never;

/** One line on each group. */
export type GroupSummaries = Readonly<Record<string, string>>;
