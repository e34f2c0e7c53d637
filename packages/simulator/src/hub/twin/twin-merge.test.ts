import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '@companion/deployment';
import { twinDifference } from './twin-difference.ts';
import { mergeTwinPatch } from './twin-merge.ts';

describe('merging a patch', () => {
  test.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['adds and replaces', { a: 1, b: 2 }, { b: 3, c: 4 }, { a: 1, b: 3, c: 4 }],
    ['merges objects by key', { a: { b: 1, c: 2 } }, { a: { c: 3 } }, { a: { b: 1, c: 3 } }],
    ['deletes with null, at any depth', { a: 1, b: { c: 1, d: 2 } }, { a: null, b: { c: null } }, { b: { d: 2 } }],
    ['takes null for what is not there', { a: 1 }, { b: null, c: { d: null } }, { a: 1, c: {} }],
    ['replaces arrays whole', { a: [1, 2, 3] }, { a: [4] }, { a: [4] }],
    [
      'replaces an array by an object and back',
      { a: [1], b: { c: 1 } },
      { a: { c: 1 }, b: [1] },
      { a: { c: 1 }, b: [1] },
    ],
    ['replaces a value by an object', { a: 1 }, { a: { b: 2 } }, { a: { b: 2 } }],
  ])('%s', (_name, document, patch, merged) => {
    expect(mergeTwinPatch(document, patch)).toEqual(merged);
  });

  test('leaves the document as it was, and no prototype changed', () => {
    const document: JsonObject = { a: { b: 1 } };
    mergeTwinPatch(document, JSON.parse('{"a":{"b":2},"__proto__":{"polluted":true}}') as JsonObject);
    expect(document).toEqual({ a: { b: 1 } });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean());
const { document } = fc.letrec<{ value: JsonObject[string]; document: JsonObject }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value'), { maxLength: 3 }), tie('document')),
  document: fc.dictionary(fc.string({ maxLength: 2 }), tie('value'), { maxKeys: 4 }),
}));

describe('the difference of two documents', () => {
  test('turns the one into the other, and is empty for equal ones', () => {
    fc.assert(
      fc.property(document, document, (before, after) => {
        expect(mergeTwinPatch(before, twinDifference(before, after))).toEqual(after);
        expect(twinDifference(after, structuredClone(after))).toEqual({});
      }),
    );
  });
});
