import packageJson from '../package.json' with { type: 'json' };
import type { ExitCode } from './command/command.ts';
import { commands, groups } from './commands/index.ts';
import { Program } from './program/program.ts';
import type { Terminal } from './terminal/terminal.ts';

/** Runs `companion` with its arguments (without node and the script); everything it has to say goes to the terminal. */
export function runCompanion(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  return new Program({ commands, groups, version: packageJson.version }, terminal).run(args);
}
