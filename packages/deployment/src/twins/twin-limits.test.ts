import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../json/json.ts';
import { findTwinFault, twinSizeBytes } from './twin-limits.ts';
import { utf8Length } from './utf8-length.ts';

function nested(levels: number): JsonObject {
  return levels === 0 ? { leaf: 1 } : { a: nested(levels - 1) };
}

describe('a desired document is fine', () => {
  test.each<[string, JsonObject]>([
    ['with every kind of value', { s: 'x', n: 1.5, b: true, z: null, a: [1, 'x', { y: [] }], o: {} }],
    ['with a string of exactly 4 KB', { a: 'x'.repeat(4096) }],
    ['with the outermost integers', { a: -(2 ** 52), b: 2 ** 52 - 1 }],
    ['with ten levels', nested(10)],
    ['with a hash in a key, which only reports must not have', { 'a#b': 1 }],
    ['with a key of 1 KB', { ['k'.repeat(1024)]: 1 }],
  ])('%s', (_name, document) => {
    expect(findTwinFault('desired', document)).toBeUndefined();
  });
});

describe('a desired document is refused, with the place', () => {
  test.each<[string, JsonObject, RegExp]>([
    ['a string over 4 KB in UTF-8', { a: { b: 'ä'.repeat(2049) } }, /^desired\.a\.b is a string of 4098 bytes/],
    ['an integer beyond 2^52', { a: [2 ** 52] }, /^desired\.a\[0\] is an integer/],
    ['an integer below -2^52', { a: -(2 ** 52) - 1 }, /integer/],
    ['eleven levels', nested(11), /deeper than 10/],
    ['a null in an array', { a: [null] }, /^desired\.a\[0\] is a null/],
    ['a dot in a key', { 'a.b': 1 }, /"a\.b" with the character "\."/],
    ['a dollar sign in a key', { a: { $b: 1 } }, /^desired\.a has the key "\$b"/],
    ['a space in a key', { 'a b': 1 }, /" "/],
    ['a control character in a key', { 'a\u0085': 1 }, /control character/],
    ['an empty key', { '': 1 }, /empty key/],
    ['a key over 1 KB', { ['k'.repeat(1025)]: 1 }, /1024 bytes/],
    ['a bad key inside an array', { a: [{ 'x.y': 1 }] }, /^desired\.a\[0\] has the key/],
  ])('for %s', (_name, document, fault) => {
    expect(findTwinFault('desired', document)).toMatch(fault);
  });

  test('for nesting that would overflow the stack', () => {
    expect(
      findTwinFault('desired', JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`) as JsonObject),
    ).toMatch(/deeper/);
  });
});

test.each([['a#b'], ['a\tb'], ['a\u3000b']])('a report is refused for the key %j', (key) => {
  expect(findTwinFault('reported', { [key]: 1 })).toContain('reported has the key');
});

test('the size counts keys and strings in UTF-8 without control characters, 8 a number and 4 a boolean', () => {
  expect(twinSizeBytes({ ab: 'ä\u0001', n: 1, b: true, z: null, o: { k: ['x', 2] } })).toBe(
    2 + 2 + (1 + 8) + (1 + 4) + 1 + (1 + 1 + 1 + 8),
  );
});

test('UTF-8 lengths agree with the encoder, lone surrogates included', () => {
  for (const text of ['', 'a', 'ä', '€', '😀', '\ud800', 'a\udc00b', '\ud800\ud800']) {
    expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
  }
});
