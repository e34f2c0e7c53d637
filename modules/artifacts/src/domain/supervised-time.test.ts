import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startHealth, stepHealth, type Health } from './health.ts';
import { startSupervision, stepSupervision, type Life, type SupervisedTime } from './supervised-time.ts';

const pulse = (beat: string): Life => ({ kind: 'pulse', beat, everyMs: 10_000 });

function after(looks: readonly (readonly [atMs: number, life: Life])[]): SupervisedTime {
  return looks.reduce((time, [atMs, life]) => stepSupervision(time, life, atMs), startSupervision(0));
}

describe('the time in which DeepStream could have run', () => {
  test('passes while the supervisor beats, and stops when three beats are missing', () => {
    const beats = after([
      [0, pulse('1')],
      [500, pulse('2')],
      [10_500, pulse('3')],
    ]);
    expect(beats).toMatchObject({ alive: true, livedMs: 10_500 });
    const silent = [15_000, 20_000, 25_000, 30_000, 35_000, 40_000].map((atMs) => [atMs, pulse('3')] as const);
    const dead = silent.reduce((time, [atMs, life]) => stepSupervision(time, life, atMs), beats);
    expect(dead).toMatchObject({ alive: true, livedMs: 40_000 });
    expect(stepSupervision(dead, pulse('3'), 40_500)).toMatchObject({ alive: false, livedMs: 40_000 });
  });

  test('does not begin with a beat that was there before: it may be a dead one', () => {
    expect(
      after([
        [0, pulse('7')],
        [500, pulse('7')],
        [1000, pulse('7')],
      ]),
    ).toMatchObject({ alive: false, livedMs: 0 });
    expect(
      after([
        [0, pulse('7')],
        [500, pulse('8')],
      ]),
    ).toMatchObject({ alive: true });
  });

  test('begins when a supervisor appears, and stops when it ends', () => {
    const gone: Life = { kind: 'gone' };
    expect(
      after([
        [0, gone],
        [500, pulse('1')],
      ]),
    ).toMatchObject({ alive: true, livedMs: 500 });
    expect(
      after([
        [0, gone],
        [500, pulse('1')],
        [1000, gone],
      ]),
    ).toMatchObject({ alive: false, livedMs: 500 });
  });

  test('passes where nothing can tell whether somebody lives', () => {
    expect(
      after([
        [0, { kind: 'unknown' }],
        [500, { kind: 'unknown' }],
      ]),
    ).toMatchObject({ alive: true, livedMs: 500 });
  });

  test('never passes faster than the clock, and a gap between looks counts for ten seconds at most', () => {
    const life = fc.oneof(
      fc.constant<Life>({ kind: 'gone' }),
      fc.constant<Life>({ kind: 'unknown' }),
      fc.nat(3).map((beat) => pulse(String(beat))),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(100_000), life), { maxLength: 20 }), (steps) => {
        let time = startSupervision(0);
        let nowMs = 0;
        for (const [gapMs, seen] of steps) {
          nowMs += gapMs;
          const next = stepSupervision(time, seen, nowMs);
          expect(next.livedMs - time.livedMs).toBeGreaterThanOrEqual(0);
          expect(next.livedMs - time.livedMs).toBeLessThanOrEqual(Math.min(gapMs, 10_000));
          if (!next.alive) expect(next.livedMs).toBe(time.livedMs);
          time = next;
        }
      }),
    );
  });
});

test('a release whose container ends every two seconds is never healthy, and is given up in time', () => {
  const spec = { healthyAfterSec: 3, giveUpAfterSec: 60, expectMessages: false };
  let time = startSupervision(0);
  let health: Health = startHealth(0);
  for (let nowMs = 0; nowMs <= 70_000 && health.state !== 'failed'; nowMs += 500) {
    // Each start of the container is another supervisor that says the same: first start, no exit.
    const supervisor = `start-${Math.floor(nowMs / 2000)}`;
    time = stepSupervision(time, pulse(supervisor), nowMs);
    const release = time.alive ? 'r1' : undefined;
    const sighting = { release, process: `${supervisor}/1`, exitCode: undefined, messages: 0 };
    health = stepHealth(health, sighting, 'r1', spec, time.livedMs);
    expect(health.state).not.toBe('running');
  }
  expect(health).toMatchObject({ state: 'failed' });
  expect(time.livedMs).toBeLessThan(65_000);
});
