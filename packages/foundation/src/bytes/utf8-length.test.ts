import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8Length } from './utf8-length.ts';

/** Any UTF-16 units in any order. */
const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));

test('lengths agree with the encoder, lone surrogates included', () => {
  const bytes = (text: string): number => new TextEncoder().encode(text).length;
  for (const text of ['', 'a', 'ä', '€', '😀', '\ud800', 'a\udc00b', '\ud800\ud800']) {
    expect(utf8Length(text)).toBe(bytes(text));
  }
  fc.assert(fc.property(anyText, (text) => utf8Length(text) === bytes(text)));
});
