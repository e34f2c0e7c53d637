import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatTimestamp, parseTimestamp } from './timestamp.ts';

describe('a stamp', () => {
  test.each([
    ['1970-01-01T00:00:00.000Z', 0],
    ['1970-01-01T00:00:00Z', 0],
    ['2018-09-12T17:20:38.026Z', Date.UTC(2018, 8, 12, 17, 20, 38, 26)],
    ['2026-04-30T14:37:50.075262000Z', Date.UTC(2026, 3, 30, 14, 37, 50, 75)],
    ['2020-02-29T23:59:59.9Z', Date.UTC(2020, 1, 29, 23, 59, 59, 900)],
    ['2000-02-29T00:00:00.12Z', Date.UTC(2000, 1, 29, 0, 0, 0, 120)],
    ['1969-12-31T23:59:59.999Z', -1],
    ['0000-01-01T00:00:00.000Z', Date.parse('0000-01-01T00:00:00.000Z')],
    ['9999-12-31T23:59:59.999Z', Date.parse('9999-12-31T23:59:59.999Z')],
  ])('%s is read to milliseconds', (text, timeMs) => {
    expect(parseTimestamp(text)).toBe(timeMs);
  });

  test.each([
    '',
    'Z',
    '2021-02-29T00:00:00.000Z',
    '1900-02-29T00:00:00.000Z',
    '2021-04-31T00:00:00.000Z',
    '2021-00-01T00:00:00.000Z',
    '2021-13-01T00:00:00.000Z',
    '2021-01-00T00:00:00.000Z',
    '2021-01-01T24:00:00.000Z',
    '2021-01-01T00:60:00.000Z',
    '2021-01-01T00:00:60.000Z',
    '2021-01-01T00:00:00.Z',
    '2021-01-01T00:00:00.0a0Z',
    '2021-01-01T00:00:00,000Z',
    '2021-01-01 00:00:00.000Z',
    '2021-01-01T00:00:00.000',
    '2021-01-01T00:00:00.000+00:00',
    '2021-01-01T00:00:00.000z',
    '2021-1-1T00:00:00.000000Z',
    '+002021-01-01T00:00:00.000Z',
    ' 2021-01-01T00:00:00.000Z',
    '12345678901234567890123456789Z',
  ])('%j is none', (text) => {
    expect(parseTimestamp(text)).toBeNull();
  });

  test('is read as the platform reads it, and written so that it is read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(0), max: 253402300799999 }), (timeMs) => {
        expect(parseTimestamp(formatTimestamp(timeMs))).toBe(timeMs);
      }),
      { numRuns: 2000 },
    );
  });
});
