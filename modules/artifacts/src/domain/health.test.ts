import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startHealth, stepHealth, type Health, type Sighting } from './health.ts';

const spec = { healthyAfterSec: 30, giveUpAfterSec: 600, expectMessages: false };
const nothing: Sighting = { release: undefined, process: '', exitCode: undefined, messages: 0 };
const runs = (process: string, release = 'new'): Sighting => ({ release, process, exitCode: undefined, messages: 0 });

function follow(sightings: readonly (readonly [seconds: number, sighting: Sighting])[]): Health {
  return sightings.reduce<Health>(
    (health, [seconds, sighting]) => stepHealth(health, sighting, 'new', spec, seconds * 1000),
    startHealth(0),
  );
}

describe('the health of a release', () => {
  test('is running after healthyAfterSec of one process', () => {
    expect(
      follow([
        [1, runs('1')],
        [30, runs('1')],
      ]).state,
    ).toBe('settling');
    expect(
      follow([
        [1, runs('1')],
        [31, runs('1')],
      ]),
    ).toEqual({ state: 'running', process: '1', exits: 0 });
  });

  test('counts nothing that runs another release', () => {
    expect(
      follow([
        [1, runs('1', 'old')],
        [40, runs('1', 'old')],
      ]).state,
    ).toBe('starting');
  });

  test('starts anew after an exit, and tells the exit code', () => {
    const exited = follow([
      [1, runs('1')],
      [20, { ...nothing, exitCode: 255 }],
    ]);
    expect(exited).toEqual({ state: 'starting', sinceMs: 0, exits: 1, exitCode: 255 });
    expect(
      follow([
        [1, runs('1')],
        [20, runs('2')],
        [40, runs('2')],
      ]).state,
    ).toBe('settling');
  });

  test('is failed when giveUpAfterSec pass, however often the app was started', () => {
    const crashes = Array.from({ length: 60 }, (_, index) => [index * 10 + 5, runs(String(index))] as const);
    expect(follow([...crashes, [601, { ...nothing, exitCode: 255 }]])).toMatchObject({
      state: 'failed',
      exitCode: 255,
    });
    expect(follow([[601, nothing]]).state).toBe('failed');
  });

  test('recovers from failed when the app runs after all', () => {
    expect(
      follow([
        [601, nothing],
        [700, runs('9')],
        [731, runs('9')],
      ]).state,
    ).toBe('running');
  });

  test('leaves running when the process ends', () => {
    expect(
      follow([
        [1, runs('1')],
        [31, runs('1')],
        [50, nothing],
      ]),
    ).toMatchObject({ state: 'starting', exits: 1 });
  });

  test('waits for messages where they are expected, and gives up without', () => {
    const expecting = { ...spec, expectMessages: true };
    const after = (seconds: number, messages: number): Health =>
      [runs('1'), { ...runs('1'), messages }].reduce<Health>(
        (health, sighting, index) => stepHealth(health, sighting, 'new', expecting, index * seconds * 1000),
        startHealth(0),
      );
    expect(after(31, 1).state).toBe('running');
    expect(after(31, 0).state).toBe('settling');
    expect(after(601, 0)).toMatchObject({ state: 'failed', silent: true });
  });

  test('is never running unless one process was seen for healthyAfterSec', () => {
    const sighting = fc.record({ seconds: fc.integer({ min: 0, max: 20 }), process: fc.constantFrom('', '1', '2') });
    fc.assert(
      fc.property(fc.array(sighting, { maxLength: 60 }), (looks) => {
        let health = startHealth(0);
        let now = 0;
        let seenSince: number | undefined;
        let seen = '';
        for (const { seconds, process } of looks) {
          now += seconds * 1000;
          if (process === '' || process !== seen) seenSince = process === '' ? undefined : now;
          seen = process;
          health = stepHealth(health, process === '' ? nothing : runs(process), 'new', spec, now);
          if (health.state === 'running') expect(now - (seenSince ?? now)).toBeGreaterThanOrEqual(30_000);
        }
      }),
    );
  });
});
