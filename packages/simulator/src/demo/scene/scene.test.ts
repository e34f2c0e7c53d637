import { describe, expect, test } from 'vitest';
import { spots, demoZones, spotPolygon } from './layout.ts';
import type { Spot } from './layout.ts';
import { makeScene } from './scene.ts';

const seeds = [1, 2, 3, 42, 4711, 2 ** 31];

/** Whether a point is inside a convex polygon whose corners go clockwise on the screen. */
function inside([x, y]: readonly [number, number], polygon: readonly number[]): boolean {
  return polygon.every((_, at) => {
    if (at % 2 === 1) return true;
    const [x0 = 0, y0 = 0] = [polygon[at], polygon[at + 1]];
    const [x1 = 0, y1 = 0] = [polygon[(at + 2) % polygon.length], polygon[(at + 3) % polygon.length]];
    return (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) >= 0;
  });
}

describe.each(seeds)('the scene of seed %i', (seed) => {
  const { truth, recording } = makeScene({ seed });

  test('holds four cars that park and two that leave', () => {
    expect(truth.takenAtStart).toEqual(['A2']);
    expect(truth.changes.filter(({ change }) => change === 'taken').length).toBeGreaterThanOrEqual(4);
    expect(truth.changes.filter(({ change }) => change === 'left').length).toBeGreaterThanOrEqual(2);
  });

  test('lets a car stand four seconds and an emptied spot be empty for five', () => {
    for (const spot of spots) {
      let takenAtMs: number | undefined = truth.takenAtStart.includes(spot) ? 0 : undefined;
      let leftAtMs: number | undefined;
      for (const { change, atMs } of truth.changes.filter((candidate) => candidate.spot === spot)) {
        if (change === 'taken') {
          expect(takenAtMs).toBeUndefined();
          if (leftAtMs !== undefined) expect(atMs - leftAtMs).toBeGreaterThanOrEqual(6000);
          takenAtMs = atMs;
        } else {
          expect(atMs - (takenAtMs ?? atMs)).toBeGreaterThanOrEqual(takenAtMs === undefined ? 1 : 4000);
          takenAtMs = undefined;
          leftAtMs = atMs;
        }
      }
      // Pulling out takes a second, which the spot's emptiness must not count.
      if (takenAtMs === undefined && leftAtMs !== undefined)
        expect(truth.durationMs - leftAtMs).toBeGreaterThanOrEqual(6000);
      if (takenAtMs !== undefined) expect(truth.durationMs - takenAtMs).toBeGreaterThanOrEqual(4000);
    }
  });

  test('shows a car in a spot exactly while the truth says so, but for missed frames and the moments of moving', () => {
    const takenAt = (spot: Spot, atMs: number): boolean => {
      const changes = truth.changes.filter((candidate) => candidate.spot === spot && candidate.atMs <= atMs);
      return changes.at(-1)?.change === 'taken' || (changes.length === 0 && truth.takenAtStart.includes(spot));
    };
    const settled = (spot: Spot, atMs: number): boolean =>
      truth.changes.every((change) => change.spot !== spot || Math.abs(change.atMs - atMs) > 1100);
    let missed = 0;
    for (const { frame, objects } of recording.frames) {
      const atMs = frame * 100;
      for (const spot of spots.filter((candidate) => settled(candidate, atMs))) {
        const cars = objects.filter(
          ({ label, box: [left, , right, bottom] }) =>
            label === 'Car' && inside([(left + right) / 2, bottom], spotPolygon(spot)),
        );
        if (!takenAt(spot, atMs)) expect(cars).toEqual([]);
        else if (cars.length === 0) missed += 1;
        else expect(cars.length).toBe(1);
      }
    }
    expect(missed).toBeGreaterThanOrEqual(5);
    expect(missed).toBeLessThan(40);
  });

  test('gives one parked car a second track id and nobody the id of another', () => {
    const labels = new Map<string, Set<string>>();
    for (const { objects } of recording.frames) {
      for (const { id, label } of objects) labels.set(id ?? '', (labels.get(id ?? '') ?? new Set()).add(label));
      expect(new Set(objects.map(({ id }) => id)).size).toBe(objects.length);
    }
    // Six cars, one of them twice, and a person.
    expect(labels.size).toBe(8);
    expect([...labels.values()].every((set) => set.size === 1)).toBe(true);
  });

  test('has somebody walk across an empty spot', () => {
    const crossing = recording.frames.filter(({ objects }) =>
      objects.some(
        ({ label, box: [left, , right, bottom] }) =>
          label === 'Person' && inside([(left + right) / 2, bottom], spotPolygon('A5')),
      ),
    );
    expect(crossing.length).toBeGreaterThan(10);
  });

  test('keeps boxes near the picture and confidence between 0 and 1', () => {
    for (const { left, top, right, bottom, confidence } of recording.frames.flatMap(({ objects }) =>
      objects.map(({ box, confidence }) => ({ left: box[0], top: box[1], right: box[2], bottom: box[3], confidence })),
    )) {
      expect(left).toBeGreaterThanOrEqual(-2);
      expect(top).toBeGreaterThanOrEqual(-2);
      expect(right).toBeLessThanOrEqual(1922);
      expect(bottom).toBeLessThanOrEqual(1082);
      expect(left).toBeLessThan(right);
      expect(top).toBeLessThan(bottom);
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });
});

test('the same seed makes the same scene, another seed makes another', () => {
  expect(makeScene({ seed: 5 }).recording).toEqual(makeScene({ seed: 5 }).recording);
  expect(makeScene({ seed: 5 }).recording).not.toEqual(makeScene({ seed: 6 }).recording);
});

test('the scene lasts as long at another frame rate', () => {
  const { recording, truth } = makeScene({ seed: 5, fps: 25 });
  expect(recording.frameCount).toBe(500);
  expect(recording.frames).toHaveLength(500);
  expect(truth).toEqual(makeScene({ seed: 5 }).truth);
});

test('zones are spots of the camera that do not overlap', () => {
  const zones = demoZones();
  expect(Object.keys(zones)).toEqual([...spots]);
  for (const zone of Object.values(zones)) expect(zone).toMatchObject({ kind: 'spot', sensor: 'Yard' });
  const rights = spots.map((spot) => Math.max(...zones[spot].polygon.filter((_, at) => at % 2 === 0)));
  const lefts = spots.map((spot) => Math.min(...zones[spot].polygon.filter((_, at) => at % 2 === 0)));
  lefts.slice(1).forEach((left, at) => expect(left).toBeGreaterThan(rights[at] ?? 0));
});
