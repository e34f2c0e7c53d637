import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from './json.ts';
import { reportedPatch } from './reported-patch.ts';

describe('the patch between held and wanted reported properties', () => {
  test('is nothing where nothing differs', () => {
    expect(reportedPatch({ a: { b: 1 } }, { a: { b: 1 } })).toBeUndefined();
  });

  test('deletes what is no longer wanted and names only what changed', () => {
    const held = {
      artifacts: { old: { state: 'ready' }, kept: { state: 'downloading', percent: 3 } },
      mode: 'managed',
    };
    const wanted = { artifacts: { kept: { state: 'ready' } }, mode: 'managed' };
    expect(reportedPatch(held, wanted)).toEqual({ artifacts: { old: null, kept: { state: 'ready', percent: null } } });
  });

  test('replaces arrays whole, because twins do', () => {
    expect(reportedPatch({ errors: [1, 2, 3] }, { errors: [1] })).toEqual({ errors: [1] });
  });

  test('merged into what the hub holds gives what is wanted', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 }));
    const document = fc.letrec<{ node: JsonObject }>((tie) => ({
      node: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.oneof({ maxDepth: 3 }, leaf, tie('node'))),
    })).node;
    fc.assert(
      fc.property(document, document, (held, wanted) => {
        const patch = reportedPatch(held, wanted);
        expect(patch === undefined ? held : merged(held, patch)).toEqual(wanted);
      }),
    );
  });
});

/** IoT Hub's merge, written the plain way. */
function merged(target: JsonValue | undefined, patch: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, key);
    else result[key] = isObject(value) ? merged(result[key], value) : value;
  }
  return result;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
