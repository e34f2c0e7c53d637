/*
 * What is wrong in a document that people write (the twin, the zones file, a method's payload): where, and in one line of
 * that document's own words what must stand there and what was found.
 */
import type { Diagnostic } from '@companion/foundation';
import type * as z from 'zod';

/** What is wrong in a document: its message is the rest of a sentence that begins with the field. */
export type Mistake = Diagnostic<MistakeCode>;

/** `invalid`: a field. `zones_missing`: all zones at once, as if by mistake. `zones_file`: the file that the twin names can't be read. */
export type MistakeCode = 'invalid' | 'zones_missing' | 'zones_file';

/** Says what is wrong at a place. */
export function mistake(code: MistakeCode, at: Mistake['at'], message: string): Mistake {
  return { severity: 'error', code, at, message };
}

/** As the twin reports it: the dotted path of the field (`defaults.enterAfterMs`, "" for the whole), behind its file's where it is in one. */
export function reportedMistake({ at: { file = '', path = [] }, message }: Mistake): {
  readonly field: string;
  readonly problem: string;
} {
  return { field: [file, path.join('.')].filter((part) => part !== '').join(': '), problem: message };
}

type Issue = z.core.$ZodRawIssue;

/** What is quoted of a wrong value: enough to find it. */
const maxFound = 40;
const maxInLine = 5;

/** Parse options that word every mistake; a schema's own words go before. */
export const inPlainWords: z.core.ParseContext<z.core.$ZodIssue> = { error: (issue) => expectation(issue) };

/** A message for a schema that says itself what must be there. */
export function must(what: string): (issue: Issue) => string {
  return ({ input }) => (input === undefined ? `is missing: must ${what}` : `must ${what}, but is ${found(input)}`);
}

/** The mistakes that were found, a line each; `file` is the one that the document is in. */
export function mistakesOf(error: z.ZodError, file?: string): Mistake[] {
  let before = '';
  return error.issues.flatMap((issue) => {
    const path = issue.path.filter((key) => typeof key !== 'symbol');
    // Of a list's wrong entries the first is enough: the others are wrong alike.
    const list = typeof path.at(-1) === 'number' ? path.slice(0, -1).join('.') : '';
    if (list !== '' && list === before) return [];
    before = list;
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
    if (keys.length === 0) return [mistake('invalid', { file, path }, issue.message)];
    return keys.map((key) => mistake('invalid', { file, path: [...path, key] }, issue.message));
  });
}

/** The first mistakes in one line, where a line is all there is room for. */
export function mistakeLine(error: z.ZodError): string {
  return mistakesOf(error)
    .slice(0, maxInLine)
    .map(reportedMistake)
    .map(({ field, problem }) => `${field}: ${problem}`)
    .join('; ');
}

/** A value as a reader finds it in the document, shortened. */
export function found(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return 'nothing';
  return text.length > maxFound ? `${text.slice(0, maxFound)}… (${text.length} characters)` : text;
}

function expectation(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return must(`be ${types[issue.expected] ?? issue.expected}`)(issue);
    case 'invalid_value':
      return must(`be ${alternatives(issue.values)}`)(issue);
    case 'too_small':
      return must(atLeast(issue.origin, Number(issue.minimum)))(issue);
    case 'too_big':
      return must(atMost(issue.origin, Number(issue.maximum)))(issue);
    case 'unrecognized_keys':
      return unknownField(issue);
    default:
      return undefined;
  }
}

const types: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
};

function alternatives(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  return texts.length === 1 ? (texts[0] ?? '') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1) ?? ''}`;
}

function atLeast(origin: string, least: number): string {
  if (origin === 'array') return `have at least ${entries(least)}`;
  if (origin === 'string') return `have at least ${least === 1 ? 'one character' : `${least} characters`}`;
  return `be at least ${least}`;
}

function atMost(origin: string, most: number): string {
  if (origin === 'array') return `have at most ${entries(most)}`;
  return origin === 'string' ? `have at most ${most} characters` : `be at most ${most}`;
}

function entries(count: number): string {
  return count === 1 ? 'one entry' : `${count} entries`;
}

function unknownField({ inst }: Issue): string {
  const shape = (inst as z.ZodObject | undefined)?.def.shape;
  const known = Object.keys(shape ?? {});
  return known.length === 0 ? 'is not a known field' : `is not a known field (known: ${known.join(', ')})`;
}
