import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonValue } from '../json/json-value.ts';
import { wellFormed, wellFormedJson } from './well-formed.ts';

/** Any UTF-16 units in any order. */
const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));

test('any text survives UTF-8 and a URL once it is well-formed, and well-formed text stays', () => {
  expect(wellFormed('a\ud800b')).toBe('a\ufffdb');
  expect(wellFormed('car 😀')).toBe('car 😀');
  fc.assert(
    fc.property(anyText, (text) => decodeURIComponent(encodeURIComponent(wellFormed(text))) === wellFormed(text)),
  );
});

test('texts and keys are mended at any depth, and nothing else is touched', () => {
  const value = { zones: { 'A\udc00': [{ sensor: 'Yard\ud83d' }, 1, null, true] } };
  expect(wellFormedJson(value)).toEqual({ zones: { 'A\ufffd': [{ sensor: 'Yard\ufffd' }, 1, null, true] } });
  const fine = { a: [{ b: 'c' }] };
  expect(wellFormedJson(fine)).toBe(fine);
});

test('whatever JSON holds can be sent afterwards', () => {
  fc.assert(
    fc.property(fc.object({ key: anyText, values: [anyText, fc.integer(), fc.constant(null)] }), (value) => {
      const text = JSON.stringify(wellFormedJson(value as JsonValue));
      expect(() => encodeURIComponent(text)).not.toThrow();
    }),
  );
});
