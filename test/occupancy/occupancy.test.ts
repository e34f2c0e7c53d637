import { expect, test } from 'vitest';
import { NOISES } from './camera.ts';
import { createOurs, createPolygonTest } from './contender.ts';
import { play } from './score.ts';

const twoHours = { seed: 7, durationMs: 7_200_000, frameMs: 333 };

test.each(NOISES)('two hours of a car park under $name noise come out as they were', (noise) => {
  const score = play(createOurs(), noise, twoHours);
  expect(score.truths).toBeGreaterThan(50);
  expect(score.f1).toBeGreaterThanOrEqual(0.99);
  expect(score.falsePerSpotDay).toBe(0);
});

test('a polygon test alone is right only where there is no noise, which shows that the scene is fair and the noise is not', () => {
  const [none, , , heavy] = NOISES;
  if (!none || !heavy) throw new Error('no noise levels');
  expect(play(createPolygonTest('polygon', 1), none, twoHours).f1).toBeGreaterThan(0.98);
  expect(play(createPolygonTest('polygon', 1), heavy, twoHours).f1).toBeLessThan(0.1);
});
