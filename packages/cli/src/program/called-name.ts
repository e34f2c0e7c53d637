import type { CommandRegistry } from '../command/command.ts';

/** A command by the two words it may have: `config get` is of the group `config`. */
export interface CalledName {
  readonly group: string | undefined;
  readonly word: string;
}

/** Cuts a registry's name into its words. */
export function calledName(name: string): CalledName {
  const [first = '', second] = name.split(' ');
  return second === undefined ? { group: undefined, word: first } : { group: first, word: second };
}

/** What may follow `companion`, and what may follow a group. */
export function wordsAfter(commands: CommandRegistry, group: string | undefined): readonly string[] {
  const names = Object.keys(commands).map(calledName);
  const words = names.flatMap((name) => {
    if (name.group === group) return [name.word];
    return group === undefined && name.group !== undefined ? [name.group] : [];
  });
  return [...new Set(words)];
}
