import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from './json.ts';
import { combinePatches, mergeTwin } from './twin-patch.ts';

/** Documents over few keys, so that patches meet. */
function documents(leaf: fc.Arbitrary<unknown>): fc.Arbitrary<JsonObject> {
  return fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), fc.oneof({ maxDepth: 3 }, leaf, tie('node'))),
  })).node as fc.Arbitrary<JsonObject>;
}

const leaf = fc.oneof(fc.integer(), fc.array(fc.integer(), { maxLength: 3 }));
const document = documents(leaf);
const patch = documents(fc.oneof(leaf, fc.constant(null)));

describe('merging a patch into a twin', () => {
  test('null deletes, objects merge, arrays are replaced whole', () => {
    const twin = { mode: 'managed', artifacts: { a: { state: 'ready' }, b: { state: 'ready' } }, list: [1, 2, 3] };
    expect(mergeTwin(twin, { artifacts: { a: null, b: { percent: 3 } }, list: [4] })).toEqual({
      mode: 'managed',
      artifacts: { b: { state: 'ready', percent: 3 } },
      list: [4],
    });
  });

  test('an object over a scalar replaces it, and its nulls leave nothing behind', () => {
    expect(mergeTwin({ a: 1 }, { a: { b: null, c: 2 } })).toEqual({ a: { c: 2 } });
  });

  test('a patch merged twice is a patch merged once', () => {
    fc.assert(
      fc.property(document, patch, (twin, change) => {
        const once = mergeTwin(twin, change);
        expect(mergeTwin(once, change)).toEqual(once);
      }),
    );
  });
});

describe('combining patches that wait', () => {
  test('one combined patch does what both do one after the other', () => {
    let combinable = 0;
    fc.assert(
      fc.property(document, patch, patch, (twin, first, second) => {
        const combined = combinePatches(first, second);
        if (combined === undefined) return;
        combinable += 1;
        expect(mergeTwin(twin, combined)).toEqual(mergeTwin(mergeTwin(twin, first), second));
      }),
    );
    expect(combinable).toBeGreaterThan(10);
  });

  test('a deletion followed by a new object can not be one patch', () => {
    expect(combinePatches({ a: null }, { a: { b: 1 } })).toBeUndefined();
  });
});
