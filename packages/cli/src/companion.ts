import { CliError } from './command/cli-error.ts';
import type { Command, ExitCode } from './command/command.ts';
import { overview } from './command/help.ts';
import type { Terminal } from './terminal/terminal.ts';

/** Runs `companion` with its arguments (without node and the script); everything it has to say goes to the terminal. */
export async function runCompanion(
  commands: readonly Command[],
  args: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const [group, name] = args;
  if (group === '--help' || group === '-h' || group === 'help') {
    terminal.out(overview(commands));
    return 0;
  }
  const ofGroup = commands.filter((command) => command.group === group);
  const alone = ofGroup.find((candidate) => candidate.name === '');
  if (alone === undefined && ofGroup.length > 0 && (name === '--help' || name === '-h')) {
    terminal.out(overview(ofGroup));
    return 0;
  }
  const command = alone ?? ofGroup.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const called = args.slice(0, ofGroup.length > 0 ? 2 : 1).join(' ');
    const known = ofGroup.length > 0 ? ofGroup : commands;
    terminal.err(`companion: ${called === '' ? 'which command?' : `no command "${called}"`}\n\n${overview(known)}`);
    return 2;
  }
  try {
    return await command.run(args.slice(command === alone ? 1 : 2), terminal);
  } catch (error) {
    // 1 would say that a config has errors.
    const text = error instanceof CliError ? error.message : error instanceof Error ? error.stack : undefined;
    terminal.err(`${text ?? String(error)}\n`);
    return 2;
  }
}
