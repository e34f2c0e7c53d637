import { CliError } from './cli-error.ts';

/** A whole number from an argument; undefined where none was given. `what` names it in the error. */
export function integerArgument(what: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new CliError('usage', `${what}: ${JSON.stringify(text)} is no whole number`);
  return Number(text);
}

/** One of a few words from an argument; undefined where none was given. */
export function wordArgument<const W extends string>(
  what: string,
  text: string | undefined,
  words: readonly W[],
): W | undefined {
  if (text === undefined) return undefined;
  const word = words.find((candidate) => candidate === text);
  if (word === undefined)
    throw new CliError('usage', `${what}: ${JSON.stringify(text)} is none of ${words.join(', ')}`);
  return word;
}
