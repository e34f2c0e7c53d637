import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printSignificant } from './json-glib.ts';
import { readNumber, readOddNumber } from './number-field.ts';

function read(text: string) {
  const plain = readNumber(text, 0, text.length);
  return Number.isNaN(plain) ? readOddNumber(text) : plain;
}

test('numbers are read to the double that they say', () => {
  const text = fc.oneof(
    fc
      .tuple(fc.integer(), fc.constantFrom('', '.0', '.5', '.123456', '.1234567890123'))
      .map(([whole, rest]) => `${whole}${rest}`),
    fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => printSignificant(value, 6)),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => printSignificant(value, 17)),
  );
  fc.assert(
    fc.property(text, (sample) => {
      expect(read(sample)).toBe(Number(sample));
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['1e+06', 1e6],
  ['1.5e-05', 1.5e-5],
  ['-0', -0],
  ['18446744073709551615', 18446744073709552000],
  ['nan', 'not-finite'],
  ['-nan', 'not-finite'],
  ['inf', 'not-finite'],
  ['-inf', 'not-finite'],
  ['1e999', 'not-finite'],
  ['', 'no-number'],
  ['-', 'no-number'],
  ['.', 'no-number'],
  ['.5', 'no-number'],
  ['1.', 'no-number'],
  ['1.2.3', 'no-number'],
  ['0x10', 'no-number'],
  [' 1', 'no-number'],
  ['Car', 'no-number'],
])('%j is read as %s', (text, value) => {
  expect(read(text)).toBe(value);
});

test.each([
  [100000, '100000'],
  [999999.5, '1e+06'],
  [1234567, '1.23457e+06'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [0.962743, '0.962743'],
  [1023.05, '1023.05'],
  [-0.1, '-0.1'],
  [1e100, '1e+100'],
  [0, '0'],
  [NaN, 'nan'],
  [-Infinity, '-inf'],
])('%s is written as C++ streams write it, %s', (value, text) => {
  expect(printSignificant(value, 6)).toBe(text);
});
