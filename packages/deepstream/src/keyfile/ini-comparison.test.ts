import { parse, stringify } from 'ini';
import { expect, test } from 'vitest';
import { parseKeyFile } from './index.ts';

/**
 * Why DeepStream's files are not read with the package `ini`: DeepStream reads them with GLib's GKeyFile, where a value goes
 * to the end of its line. `ini` reads another language that looks the same.
 */
function keyFile(text: string): (key: string) => string | undefined {
  const parsed = parseKeyFile(text);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return (key) => parsed.file.get('a', key);
}
const iniValue = (text: string): unknown => (parse(text) as Record<string, Record<string, unknown>>)['a']?.['x'];

test.each([
  ['a list, as of streams or classes', '1;2;3', '1'],
  ['a camera whose password has a #', 'rtsp://user:p#1@10.0.0.4/live', 'rtsp://user:p'],
  ['a string in quotes', '"a b"', 'a b'],
  ['a word', 'true', true],
  ['a backslash before a semicolon', 'a\\;b', 'a;b'],
])('%s is cut or changed', (_, value, misread) => {
  const text = `[a]\nx=${value}\n`;
  expect(keyFile(text)('x')).toBe(value);
  expect(iniValue(text)).toEqual(misread);
});

test('a group whose name has a dot becomes two', () => {
  const text = '[a.b]\nx=1\n';
  const parsed = parseKeyFile(text);
  expect(parsed.ok && parsed.file.get('a.b', 'x')).toBe('1');
  expect(parse(text)).toEqual({ a: { b: { x: '1' } } });
});

test('comments, order and spacing are gone once it is written', () => {
  const text = '# by hand\n[a]\nx = 1\n\n# next\n[b]\ny=2\n';
  const parsed = parseKeyFile(text);
  expect(parsed.ok && parsed.file.toString()).toBe(text);
  expect(stringify(parse(text))).toBe('[a]\nx=1\n\n[b]\ny=2\n');
});
