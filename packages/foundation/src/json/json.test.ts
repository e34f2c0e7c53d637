import { describe, expect, test } from 'vitest';
import { formatJsonPath } from './json-path.ts';
import { isJsonObject } from './json-value.ts';
import { parseJson } from './parse-json.ts';
import { sameJson } from './same-json.ts';
import { withoutUndefined } from './without-undefined.ts';

test('an object is neither null nor an array', () => {
  expect([{}, { a: 1 }].every(isJsonObject)).toBe(true);
  expect([null, [], 'a', 1, undefined].some(isJsonObject)).toBe(false);
});

test('a text that is not JSON has no value', () => {
  expect(parseJson('{"a":[1]}')).toEqual({ a: [1] });
  expect(parseJson('{"a":')).toBeUndefined();
  expect(parseJson('')).toBeUndefined();
});

describe('two values', () => {
  test.each([
    [{ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [[1, 2], [2, 1], false],
    [{ a: undefined }, {}, false],
    [JSON.parse('{"__proto__":1}'), {}, false],
    ['1', 1, false],
  ])('%j and %j say the same: %s', (left, right, same) => {
    expect(sameJson(left as never, right as never)).toBe(same);
  });
});

test('a path reads as one would write it in code', () => {
  expect(formatJsonPath(['modulesContent', '$edgeAgent', 'properties.desired', 'routes', 0, 'a b'])).toBe(
    'modulesContent.$edgeAgent["properties.desired"].routes[0]["a b"]',
  );
  expect(formatJsonPath([])).toBe('(root)');
});

test('keys without a value are left out', () => {
  expect(Object.keys(withoutUndefined({ a: 1, b: undefined, c: null }))).toEqual(['a', 'c']);
});
