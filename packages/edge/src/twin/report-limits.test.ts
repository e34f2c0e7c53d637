import { describe, expect, test } from 'vitest';
import type { JsonObject } from '@companion/foundation';
import { checkReportedPatch, checkReportedSize } from './report-limits.ts';

describe('reported properties', () => {
  test.each<[string, JsonObject]>([
    ['a key with a dot', { 'a.b': 1 }],
    ['a key with a dollar', { $version: 1 }],
    ['a key with white space', { 'a b': 1 }],
    ['a key with a hash, which edgeHub bans', { 'a#': 1 }],
    ['an empty key', { '': 1 }],
    ['a key over 1 KB', { ['k'.repeat(1025)]: 1 }],
    ['a string over 4 KB', { a: 'ü'.repeat(2049) }],
    ['an integer beyond 2^52', { a: 2 ** 53 }],
    ['not a number', { a: Number.NaN }],
    ['a null in an array', { a: [1, null] }],
    ['twelve levels', nested(12)],
  ])('refuse %s', (_, patch) => {
    expect(() => checkReportedPatch(patch)).toThrow(expect.objectContaining({ code: 'TWIN_INVALID' }));
  });

  test.each<[string, JsonObject]>([
    ['a deletion', { a: { b: null } }],
    ['ten levels', nested(10)],
    ['an array of objects', { a: [{ b: 'c' }, 1.5, true] }],
  ])('take %s', (_, patch) => {
    expect(() => checkReportedPatch(patch)).not.toThrow();
  });

  test('over 32 KB are refused with size and limit', () => {
    const big = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`k${index}`, 'x'.repeat(4000)]));
    expect(() => checkReportedSize(big)).toThrow(
      expect.objectContaining({ code: 'TWIN_TOO_LARGE', facts: { sizeBytes: 36_073, limitBytes: 32_768 } }),
    );
  });
});

function nested(levels: number): JsonObject {
  return levels === 1 ? { a: 1 } : { a: nested(levels - 1) };
}
