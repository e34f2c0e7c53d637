import type { JsonObject, JsonValue } from './json.ts';

/** Where and why a text is not JSON; line and column count from 1, columns in UTF-16 units as editors show them. */
export interface JsonTextError {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

/** The outcome of `parseJsonText`. */
export type JsonTextResult =
  { readonly ok: true; readonly value: JsonValue } | { readonly ok: false; readonly error: JsonTextError };

class Failure extends Error {
  readonly at: number;
  readonly reason: string;
  constructor(at: number, reason: string) {
    super(reason);
    this.at = at;
    this.reason = reason;
  }
}

const maxDepth = 200;
const numberText = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const plain = /[^"\\\u0000-\u001f]*/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const blank = /[ \t\r\n]*/y;

/**
 * Reads a JSON text and says line and column of the first mistake, which JSON.parse says differently in every Node
 * version and not at all for a text that ends early. A key that stands twice is a mistake too: of two modules with one
 * name, JSON.parse silently keeps the last. A byte order mark at the start is allowed.
 */
export function parseJsonText(text: string): JsonTextResult {
  const start = text.startsWith('\uFEFF') ? 1 : 0;
  try {
    const reader = createReader(text, start);
    const value = reader.value(0);
    reader.end();
    return { ok: true, value };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const before = text.slice(start, error.at).split('\n');
    const column = (before.at(-1) ?? '').length + 1;
    return { ok: false, error: { line: before.length, column, reason: error.reason } };
  }
}

function createReader(text: string, start: number): { value(depth: number): JsonValue; end(): void } {
  let at = start;

  function take(pattern: RegExp): string {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  }
  function peek(): string {
    take(blank);
    return text.charAt(at);
  }
  function fail(expected: string): never {
    const found = text.charAt(at);
    if (text.startsWith('//', at) || text.startsWith('/*', at)) throw new Failure(at, 'JSON has no comments');
    throw new Failure(
      at,
      found === ''
        ? `the text ends where ${expected} should come`
        : `expected ${expected}, found ${JSON.stringify(found)}`,
    );
  }
  function string(): string {
    const from = at;
    at += 1;
    for (;;) {
      take(plain);
      if (text.charAt(at) === '"') break;
      if (text.charAt(at) === '\\') {
        if (take(escape) === '') throw new Failure(at, 'this escape is not one of JSON');
      } else if (at >= text.length) throw new Failure(from, 'this string is never closed');
      else throw new Failure(at, 'a string holds a raw control character or line break (a closing quote missing?)');
    }
    at += 1;
    return JSON.parse(text.slice(from, at)) as string;
  }
  function object(depth: number): JsonObject {
    const entries = new Map<string, JsonValue>();
    at += 1;
    if (peek() === '}') return (take(/\}/y), {});
    for (;;) {
      if (peek() !== '"') fail(entries.size === 0 ? 'a key in quotes or "}"' : 'a key in quotes');
      const keyAt = at;
      const key = string();
      if (entries.has(key)) throw new Failure(keyAt, `the key ${JSON.stringify(key)} stands twice in this object`);
      if (peek() !== ':') fail('":"');
      at += 1;
      entries.set(key, value(depth + 1));
      const next = peek();
      if (next !== ',' && next !== '}') fail('"," or "}"');
      at += 1;
      if (next === '}') return Object.fromEntries(entries);
    }
  }
  function array(depth: number): readonly JsonValue[] {
    const items: JsonValue[] = [];
    at += 1;
    if (peek() === ']') return (take(/\]/y), items);
    for (;;) {
      items.push(value(depth + 1));
      const next = peek();
      if (next !== ',' && next !== ']') fail('"," or "]"');
      at += 1;
      if (next === ']') return items;
    }
  }
  function value(depth: number): JsonValue {
    const first = peek();
    if (depth > maxDepth) throw new Failure(at, `nested deeper than ${maxDepth}`);
    if (first === '{') return object(depth);
    if (first === '[') return array(depth);
    if (first === '"') return string();
    for (const [word, meaning] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return meaning;
      }
    }
    const number = take(numberText);
    return number === '' ? fail('a value') : Number(number);
  }
  function end(): void {
    if (peek() !== '') fail('the end of the text');
  }
  return { value, end };
}
