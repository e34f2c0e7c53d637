import type { Command, CommandOptions, CommandSpec } from './command.ts';

/** How a command is called, behind `companion`. */
export function calledName({ group, name }: { readonly group: string; readonly name: string }): string {
  return name === '' ? group : `${group} ${name}`;
}

/** What `companion <group> <name> --help` prints. */
export function commandHelp(spec: Omit<CommandSpec<CommandOptions>, 'run'>): string {
  const rows = Object.entries(spec.options).map(
    ([name, { value, help }]) => [`--${name}${value === undefined ? '' : ` ${value}`}`, help] as const,
  );
  const notes = spec.notes === undefined ? '' : `\n${spec.notes}\n`;
  const called = ['companion', calledName(spec), spec.operands, '[options]'].filter((part) => part !== '').join(' ');
  return `${called}\n\n${spec.summary}\n${notes}\n${table([...rows, ['--help', 'this text']])}`;
}

/** What `companion --help` prints. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map((command) => [calledName(command), command.summary] as const);
  return `companion COMMAND …: what the modules do, by hand\n\n${table(rows)}
Every command has --help. Exit codes: 0 fine, 1 findings of severity error, 2 usage, or a file that can't be read or written.
`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}\n`).join('');
}
