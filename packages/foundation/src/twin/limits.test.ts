import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../diagnostic/diagnostic.ts';
import type { JsonObject, JsonValue } from '../json/json-value.ts';
import { checkTwin, jsonSizeBytes, twinSizeBytes, type TwinSection } from './limits.ts';

function nested(levels: number): JsonObject {
  return levels === 0 ? { leaf: 1 } : { a: nested(levels - 1) };
}

function lines(section: TwinSection, document: JsonObject): string[] {
  return [...checkTwin(section, document)].map(formatDiagnostic);
}

describe.each<TwinSection>(['desired', 'reported'])('%s properties take', (section) => {
  test.each<[string, JsonObject]>([
    ['every kind of value', { s: 'x', n: 1.5, b: true, z: null, a: [1, 'x', { y: [] }], o: {} }],
    ['a string of exactly 4 KB', { a: 'x'.repeat(4096) }],
    ['the outermost integers', { a: -(2 ** 52), b: 2 ** 52 - 1 }],
    ['a large number that is no integer', { a: 2 ** 51 + 0.5 }],
    ['ten levels below the root', nested(10)],
    ['a key of 1 KB', { ['k'.repeat(1024)]: 1 }],
  ])('%s', (_name, document) => {
    expect(lines(section, document)).toEqual([]);
  });
});

describe.each<TwinSection>(['desired', 'reported'])('%s properties refuse', (section) => {
  test.each<[string, JsonObject, RegExp]>([
    ['a string over 4 KB in UTF-8', { a: { b: 'ä'.repeat(2049) } }, /^a\.b: error: is a string of 4098 bytes/],
    ['an integer beyond 2^52 − 1', { a: [2 ** 52] }, /^a\[0\]: error: is an integer/],
    ['an integer below −2^52', { a: -(2 ** 52) - 1 }, /integer/],
    ['what is no number', { a: Number.NaN }, /finite/],
    ['eleven levels below the root', nested(11), /deeper than 10/],
    ['a null in an array', { a: [null] }, /^a\[0\]: error: is a null/],
    ['a dot in a key', { 'a.b': 1 }, /"a\.b" with the character "\."/],
    ['a dollar sign in a key', { a: { $b: 1 } }, /^a: error: has the key "\$b"/],
    ['a space in a key', { 'a b': 1 }, /" "/],
    ['a control character in a key', { 'a\u0085': 1 }, /control character/],
    ['an empty key', { '': 1 }, /empty key/],
    ['a key over 1 KB', { ['k'.repeat(1025)]: 1 }, /1024 bytes/],
    ['a bad key inside an array', { a: [{ 'x.y': 1 }] }, /^a\[0\]: error: has the key/],
  ])('%s', (_name, document, line) => {
    expect(lines(section, document)[0]).toMatch(line);
  });

  test('nesting that would overflow the stack', () => {
    const deep = JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`) as JsonObject;
    expect(lines(section, deep)[0]).toMatch(/deeper/);
  });
});

describe('edgeHub is stricter with reports', () => {
  test.each<[JsonObject]>([[{ 'a#b': 1 }], [{ 'a\tb': 1 }], [{ 'a\u3000b': 1 }], [{ a: [{ b: null }] }]])(
    '%j',
    (document) => {
      expect(lines('reported', document)).toHaveLength(1);
    },
  );

  test('a hash in a desired key is fine', () => {
    expect(lines('desired', { 'a#b': 1, c: [{ d: null }] })).toEqual([]);
  });
});

test('every breach is found, each with its place', () => {
  expect(lines('desired', { a: [null, 2 ** 60], 'b.c': { d: 'x'.repeat(5000) } })).toHaveLength(4);
});

describe('the size of properties', () => {
  test('IoT Hub counts keys and strings in UTF-8 without control characters, 8 a number and 4 a boolean', () => {
    expect(twinSizeBytes({ ab: 'ä\u0001', n: 1, b: true, z: null, o: { k: ['x', 2] } })).toBe(
      2 + 2 + (1 + 8) + (1 + 4) + 1 + (1 + 1 + 1 + 8),
    );
  });

  test('edgeHub counts the text', () => {
    expect(jsonSizeBytes({ ä: ['x', 1] })).toBe('{"ä":["x",1]}'.length + 1);
  });

  test('is never less as text, but for short numbers', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const numbers = JSON.stringify(value).match(/[\d.eE+-]+/g)?.length ?? 0;
        expect(jsonSizeBytes(value as JsonValue) + 8 * numbers).toBeGreaterThanOrEqual(
          twinSizeBytes(value as JsonValue),
        );
      }),
    );
  });
});
