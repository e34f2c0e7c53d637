import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clipBytes } from './clip-bytes.ts';
import { utf8Length } from './utf8-length.ts';

test.each([
  ['short', 5, 'short'],
  ['longer', 5, 'lo…'],
  ['äää', 6, 'äää'],
  ['äääa', 6, 'ä…'],
  ['a😀b😀', 8, 'a😀…'],
])('%j in %d bytes reads %j', (text, maxBytes, clipped) => {
  expect(clipBytes(text, maxBytes)).toBe(clipped);
});

test('never takes more than it may, and is the beginning of the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 3, max: 40 }), (text, maxBytes) => {
      const clipped = clipBytes(text, maxBytes);
      expect(utf8Length(clipped)).toBeLessThanOrEqual(maxBytes);
      expect(text.startsWith(clipped === text ? text : clipped.slice(0, -1))).toBe(true);
    }),
  );
});
