import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../json/json-value.ts';
import { isJsonObject } from '../json/json-value.ts';
import { combinePatches, mergeTwin } from './merge.ts';
import { twinPatch } from './patch.ts';

/** Documents over few keys, so that patches meet. */
function documents(leaf: fc.Arbitrary<unknown>): fc.Arbitrary<JsonObject> {
  return fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), fc.oneof({ maxDepth: 3 }, leaf, tie('node'))),
  })).node as fc.Arbitrary<JsonObject>;
}

const leaf = fc.oneof(
  fc.integer(),
  fc.string(),
  fc.boolean(),
  fc.array(fc.oneof(fc.integer(), fc.dictionary(fc.constantFrom('x', 'y'), fc.integer())), { maxLength: 3 }),
);
const document = documents(leaf);
const patch = documents(fc.oneof(leaf, fc.constant(null)));

describe('merging a patch into a twin', () => {
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
    ['replaces a value by an object, whose nulls leave nothing', { a: 1 }, { a: { b: null, c: 2 } }, { a: { c: 2 } }],
  ])('%s', (_name, target, change, merged) => {
    expect(mergeTwin(target, change)).toEqual(merged);
  });

  test('agrees with the plain way of writing it, twice as once', () => {
    fc.assert(
      fc.property(document, patch, (twin, change) => {
        const once = mergeTwin(twin, change);
        expect(once).toEqual(plainMerge(twin, change));
        expect(mergeTwin(once, change)).toEqual(once);
      }),
    );
  });

  test('leaves the document as it was, and no prototype changed', () => {
    const twin: JsonObject = { a: { b: 1 } };
    mergeTwin(twin, JSON.parse('{"a":{"b":2},"__proto__":{"polluted":true}}') as JsonObject);
    expect(twin).toEqual({ a: { b: 1 } });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
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

describe('the patch between held and wanted properties', () => {
  test('is nothing where nothing differs', () => {
    expect(twinPatch({ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } })).toBeUndefined();
  });

  test('deletes what is no longer wanted and names only what changed', () => {
    const held = {
      artifacts: { old: { state: 'ready' }, kept: { state: 'downloading', percent: 3 } },
      mode: 'managed',
      hint: 'x',
    };
    const wanted = { artifacts: { kept: { state: 'ready' } }, mode: 'managed', hint: null };
    expect(twinPatch(held, wanted)).toEqual({
      artifacts: { old: null, kept: { state: 'ready', percent: null } },
      hint: null,
    });
  });

  test('replaces arrays whole, because twins do', () => {
    expect(twinPatch({ errors: [1, 2, 3] }, { errors: [1] })).toEqual({ errors: [1] });
  });

  test('merged into what is held gives what is wanted', () => {
    fc.assert(
      fc.property(document, document, (held, wanted) => {
        expect(mergeTwin(held, twinPatch(held, wanted) ?? {})).toEqual(wanted);
        expect(twinPatch(wanted, structuredClone(wanted))).toBeUndefined();
      }),
    );
  });
});

/** IoT Hub's merge, written the plain way. */
function plainMerge(target: JsonValue | undefined, change: JsonObject): JsonObject {
  const result = new Map(Object.entries(isJsonObject(target) ? target : {}));
  for (const [key, value] of Object.entries(change)) {
    if (value === null) result.delete(key);
    else result.set(key, isJsonObject(value) ? plainMerge(result.get(key), value) : value);
  }
  return Object.fromEntries(result);
}
