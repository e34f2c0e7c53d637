import { expect, test } from 'vitest';
import { positionInJson } from './position-in-json.ts';

const text = `{
  "zones": {
    "A.1": { "polygon": [[0, 0],
      [1, 0]] }
  }
}`;

test.each<[string, readonly (string | number)[], number, number]>([
  ['the root', [], 1, 1],
  ['a key', ['zones'], 2, 3],
  ['a key with a dot', ['zones', 'A.1'], 3, 5],
  ['an item', ['zones', 'A.1', 'polygon', 1], 4, 7],
  ['an item of an item', ['zones', 'A.1', 'polygon', 0, 1], 3, 30],
  ['a missing key, by what should hold it', ['zones', 'A.1', 'kind'], 3, 5],
  ['a path through a number, by the number', ['zones', 'A.1', 'polygon', 0, 0, 'x'], 3, 27],
])('%s stands at its line and column', (_what, path, line, column) => {
  expect(positionInJson(text, path)).toEqual({ line, column });
});

test('a byte order mark takes no column, and a text that stops early tells what it can', () => {
  expect(positionInJson('\uFEFF{ "a": [1', ['a', 0])).toEqual({ line: 1, column: 9 });
});

test('a text that is no JSON, or nested beyond reason, has no positions', () => {
  expect(positionInJson('', ['a'])).toBeUndefined();
  expect(positionInJson('['.repeat(100_000), [0])).toBeUndefined();
});
