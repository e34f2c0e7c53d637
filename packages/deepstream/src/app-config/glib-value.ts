import type { ConfigFile } from '../editing/config-file.ts';
import type { KeyType } from './keys-9.1.ts';

/**
 * A 32-bit number as g_key_file_get_integer reads it (gkeyfile.c 2.74, g_key_file_parse_value_as_integer): strtol, and
 * what stands behind the first white space does not count. Undefined where GLib gives an error.
 */
export function parseInteger(value: string): number | undefined {
  const digits = /^[ \t\n\v\f\r]*([+-]?\d+)(?:[ \t\n\f\r]|$)/.exec(value)?.[1];
  const number = digits === undefined ? NaN : Number(digits);
  return number >= -(2 ** 31) && number < 2 ** 31 ? number + 0 : undefined;
}

/** `true` or `1`, `false` or `0`, with white space behind; undefined for anything else, the empty text too. */
export function parseBoolean(value: string): boolean | undefined {
  const word = /^(true|1|false|0)[ \t\n\f\r]*$/.exec(value)?.[1];
  return word === undefined ? undefined : word === 'true' || word === '1';
}

/** What g_ascii_strtod takes up to the very end. */
const double =
  /^[ \t\n\v\f\r]*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|0x(?:[\da-f]+\.?[\da-f]*|\.[\da-f]+)(?:p[+-]?\d+)?|inf(?:inity)?|nan(?:\(\w*\))?)$/i;
const unsigned = /^[ \t\n\v\f\r]*[+-]?\d+$/;

/** Why GLib's getter of that type refuses a value, in words that follow the value; undefined where it reads it. */
export function refusalOf(file: ConfigFile, group: string, key: string, type: KeyType): string | undefined {
  const value = file.get(group, key) ?? '';
  switch (type) {
    case 'integer':
      if (parseInteger(value) !== undefined) return undefined;
      return /^\s*[+-]?\d+(?:\s|$)/.test(value) ? 'does not fit 32 bits' : 'is not a whole number';
    case 'uint64':
      return unsigned.test(value) ? undefined : 'is not a whole number';
    case 'boolean':
      return parseBoolean(value) === undefined ? 'is none of 0, 1, true, false' : undefined;
    case 'double':
      return double.test(value) ? undefined : 'is not a number';
    case 'string':
      return textRefusal(file.string(group, key));
    case 'strings':
    case 'integers':
    case 'color':
      return listRefusal(file, group, key, type);
  }
}

function listRefusal(
  file: ConfigFile,
  group: string,
  key: string,
  type: 'strings' | 'integers' | 'color',
): string | undefined {
  const read = file.stringList(group, key);
  if (!read.ok) return textRefusal(read);
  const items = read.value;
  if (type === 'strings') return undefined;
  if (type === 'integers') {
    return items.every((item) => parseInteger(item) !== undefined) ? undefined : 'is not a list of whole numbers';
  }
  const numbers = items.every((item) => double.test(item));
  return numbers && items.length === 4 ? undefined : 'is not a colour of four numbers (red;green;blue;alpha)';
}

function textRefusal(read: { readonly ok: boolean; readonly fault?: string }): string | undefined {
  if (read.ok) return undefined;
  return read.fault === 'not-utf8' ? 'is not UTF-8' : 'has a backslash that escapes nothing';
}
