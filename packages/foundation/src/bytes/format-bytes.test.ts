import { expect, test } from 'vitest';
import { formatBytes } from './format-bytes.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 KB'],
  [9_994, '9.99 KB'],
  [9_996, '10.0 KB'],
  [99_960, '100 KB'],
  [999_499, '999 KB'],
  [999_500, '1.00 MB'],
  [9_412_345, '9.41 MB'],
  [5e15, '5000 TB'],
])('%d bytes read %s', (sizeBytes, text) => {
  expect(formatBytes(sizeBytes)).toBe(text);
});
