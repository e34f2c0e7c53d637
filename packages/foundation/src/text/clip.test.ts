import { expect, test } from 'vitest';
import { clip } from './clip.ts';

test.each([
  ['short', 5, 'short'],
  ['longer', 5, 'long…'],
  ['abc😀def', 5, 'abc…'],
  ['abc😀def', 6, 'abc😀…'],
])('%j in %d places reads %j', (text, maxLength, clipped) => {
  expect(clip(text, maxLength)).toBe(clipped);
});
