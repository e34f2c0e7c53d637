import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { protoKeyPaths } from './proto-keys.ts';

describe('the key __proto__', () => {
  test('is found wherever it is, in the order of the document', () => {
    const text = '{"__proto__":1,"a":[0,{"__proto__":{"__proto__":2}}],"b":{"x":{"__proto__":3}}}';
    expect(protoKeyPaths(JSON.parse(text))).toEqual([
      ['__proto__'],
      ['a', 1, '__proto__'],
      ['a', 1, '__proto__', '__proto__'],
      ['b', 'x', '__proto__'],
    ]);
  });

  test('is not seen in what only looks like it: values, other names, and the prototype that every object has', () => {
    expect(protoKeyPaths({ proto: 1, constructor: 2, list: ['__proto__'], toString: 3 })).toEqual([]);
  });

  test('is looked for in a document of any depth and width', () => {
    const deep = JSON.parse(`${'{"a":['.repeat(5_000)}{"__proto__":1}${']}'.repeat(5_000)}`) as unknown;
    expect(protoKeyPaths(deep)).toHaveLength(1);
    const wide = JSON.parse(`[${Array.from({ length: 100 }, () => '{"__proto__":{}}').join()}]`) as unknown;
    expect(protoKeyPaths(wide)).toHaveLength(20);
  });

  test('is never missed: where none is found, a copy key by key is the same', () => {
    fc.assert(
      fc.property(
        fc.object({ key: fc.oneof(fc.constantFrom('__proto__', 'a', 'constructor'), fc.string()) }),
        (object) => {
          const value = JSON.parse(JSON.stringify(object)) as Record<string, unknown>;
          if (protoKeyPaths(value).length > 0) return;
          const copy: Record<string, unknown> = {};
          for (const [key, item] of Object.entries(value)) copy[key] = item;
          expect(Object.entries(copy)).toEqual(Object.entries(value));
        },
      ),
    );
  });
});
