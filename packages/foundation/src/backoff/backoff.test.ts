import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('the ceiling doubles with every failure and stops at the cap', () => {
  const ceilings = [1, 2, 3, 4, 5, 6].map((failures) =>
    backoffMs(failures, { baseMs: 500, capMs: 6000, random: () => 1 }),
  );
  expect(ceilings).toEqual([500, 1000, 2000, 4000, 6000, 6000]);
});

test('any number of failures gives a delay between nothing and the cap', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
      const delayMs = backoffMs(failures, { baseMs: 500, capMs: 30_000, random: () => chance });
      return delayMs >= 0 && delayMs <= 30_000;
    }),
  );
});

test('jitter reaches down to no delay at all', () => {
  expect(backoffMs(9, { baseMs: 500, capMs: 30_000, random: () => 0 })).toBe(0);
});
