/** A piece of a text that has to be replaced before JSON.parse takes it. */
export interface Repair {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What stands at a place in a text: a complete JSON value, the beginning of one, or none (`at` is the first wrong character). */
export type Scan =
  | { readonly kind: 'complete'; readonly end: number; readonly repairs: readonly Repair[] }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'invalid'; readonly at: number };

type Expected = 'value' | 'value-or-end' | 'name' | 'name-or-end' | 'colon' | 'comma-or-end';

const literals = ['true', 'false', 'null'];

/**
 * Finds the end of the JSON value that starts at `start`, in linear time, whatever its depth. Beyond JSON it takes what
 * json-glib, DeepStream's writer, makes of doubles: `nan`, `inf`, `nan.0` and exponents followed by `.0`; `repairs`
 * says what JSON.parse needs in their place.
 */
export function scanJson(text: string, start: number): Scan {
  const repairs: Repair[] = [];
  /** One entry for every open bracket: whether it is an object's. */
  const open: boolean[] = [];
  let expected: Expected = 'value';
  let at = start;
  for (;;) {
    at = skipSpace(text, at);
    if (at >= text.length) return { kind: 'truncated' };
    const char = text[at];
    if (expected === 'comma-or-end') {
      const inObject = open.at(-1) === true;
      if (char === ',') expected = inObject ? 'name' : 'value';
      else if (char === (inObject ? '}' : ']')) open.pop();
      else return { kind: 'invalid', at };
      at += 1;
    } else if (expected === 'colon') {
      if (char !== ':') return { kind: 'invalid', at };
      expected = 'value';
      at += 1;
      continue;
    } else if (expected === 'name' || expected === 'name-or-end') {
      if (char === '}' && expected === 'name-or-end') {
        open.pop();
        expected = 'comma-or-end';
        at += 1;
      } else {
        if (char !== '"') return { kind: 'invalid', at };
        const string = scanString(text, at);
        if (typeof string !== 'number') return string;
        at = string;
        expected = 'colon';
        continue;
      }
    } else if (char === '{' || char === '[') {
      open.push(char === '{');
      expected = char === '{' ? 'name-or-end' : 'value-or-end';
      at += 1;
      continue;
    } else if (char === ']' && expected === 'value-or-end') {
      open.pop();
      expected = 'comma-or-end';
      at += 1;
    } else {
      const end = char === '"' ? scanString(text, at) : scanScalar(text, at, repairs);
      if (typeof end !== 'number') return end;
      at = end;
      expected = 'comma-or-end';
    }
    if (open.length === 0) return { kind: 'complete', end: at, repairs };
  }
}

/** The index after JSON's white space. */
export function skipSpace(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) break;
  }
  return at;
}

/** The index after a string, or what is wrong with it. */
function scanString(text: string, start: number): number | Scan {
  for (let at = start + 1; at < text.length;) {
    const code = text.charCodeAt(at);
    if (code === 34) return at + 1;
    if (code < 32) return { kind: 'invalid', at };
    if (code !== 92) {
      at += 1;
      continue;
    }
    const escaped = text[at + 1];
    if (escaped === undefined) return { kind: 'truncated' };
    if (escaped === 'u') {
      const hex = text.slice(at + 2, at + 6);
      if (!/^[0-9a-fA-F]*$/.test(hex)) return { kind: 'invalid', at };
      if (hex.length < 4) return { kind: 'truncated' };
      at += 6;
    } else if ('"\\/bfnrt'.includes(escaped)) at += 2;
    else return { kind: 'invalid', at };
  }
  return { kind: 'truncated' };
}

/** The index after a number or literal, or what is wrong with it. */
function scanScalar(text: string, start: number, repairs: Repair[]): number | Scan {
  const odd = matchAt(/(-?)(?:nan|inf(?:inity)?)(?:\.0)?/iy, text, start);
  if (odd !== null) {
    const end = start + odd[0].length;
    // JSON.parse reads it as infinity, and so it is dropped and counted where it would have been used.
    repairs.push({ start, end, text: `${odd[1] ?? ''}1e999` });
    return end;
  }
  const number = matchAt(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y, text, start);
  if (number !== null) {
    const end = start + number[0].length;
    if (/[eE]/.test(number[0]) && text.startsWith('.0', end)) {
      repairs.push({ start: end, end: end + 2, text: '' });
      return end + 2;
    }
    return matchAt(/(?:\.|[eE][+-]?)$/y, text, end) === null ? end : { kind: 'truncated' };
  }
  const rest = text.slice(start, start + 5);
  const literal = literals.find((word) => rest.startsWith(word));
  if (literal !== undefined) return start + literal.length;
  const cutOff = ['-', ...literals].some((word) => word.startsWith(rest));
  return cutOff ? { kind: 'truncated' } : { kind: 'invalid', at: start };
}

/** The match of a sticky expression at a place. */
function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}
