import { expect, test } from 'vitest';
import { noises } from './camera.ts';
import { createOurs, createPolygonTest, type Contender } from './contender.ts';
import { play } from './score.ts';

const twoHours = { seed: 7, durationMs: 7_200_000, frameMs: 333 };

test.each(noises)('two hours of a car park under $name noise come out as they were', (noise) => {
  const score = play(createOurs(), noise, twoHours);
  expect(score.truths).toBeGreaterThan(50);
  expect(score.f1).toBeGreaterThanOrEqual(0.99);
  expect(score.falsePerSpotDay).toBe(0);
});

test.each([40, 100, 1_000])('so they do with a frame every %i ms, under heavy noise', (frameMs) => {
  const heavy = noises.find(({ name }) => name === 'heavy');
  if (!heavy) throw new Error('no heavy noise');
  const score = play(createOurs(), heavy, { seed: 7, durationMs: 3_600_000, frameMs });
  expect(score.f1).toBeGreaterThanOrEqual(0.99);
  expect(score.wrong).toEqual([]);
});

test('what happens shortly before the camera is away may be claimed when it is back, and one claim counts once', () => {
  const noise = noises.find(({ name }) => name === 'heavy');
  if (!noise) throw new Error('no heavy noise');
  const late: Contender = { name: 'silent', frame: () => [], tick: () => [] };
  const silent = play(late, noise, { ...twoHours, durationMs: 14_400_000 });
  expect(silent).toMatchObject({ precision: 0, recall: 0, f1: 0, falsePerSpotDay: 0 });
  const ours = play(createOurs(), noise, { ...twoHours, durationMs: 14_400_000 });
  expect(ours.truths).toBe(silent.truths);
  expect(ours.wrong).toEqual([]);
});

test('a polygon test alone is right only where there is no noise, which shows that the scene is fair and the noise is not', () => {
  const [none, , , heavy] = noises;
  if (!none || !heavy) throw new Error('no noise levels');
  expect(play(createPolygonTest('polygon', 1), none, twoHours).f1).toBeGreaterThan(0.98);
  expect(play(createPolygonTest('polygon', 1), heavy, twoHours).f1).toBeLessThan(0.1);
});
