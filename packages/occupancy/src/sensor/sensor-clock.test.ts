import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clockFrame, clockTick, type SensorClock } from './sensor-clock.ts';

const T = Date.UTC(2026, 4, 1, 10);

/** Feeds pairs of stamp and receipt, and answers the last step. */
function run(...frames: [stampMs: number | null, receivedMs: number][]): { clock: SensorClock; shiftMs: number } {
  let step: { clock: SensorClock; shiftMs: number } | undefined;
  for (const [stampMs, receivedMs] of frames) step = clockFrame(step?.clock, stampMs, receivedMs);
  if (!step) throw new Error('no frames');
  return step;
}

describe("a sensor's clock", () => {
  test('follows readable stamps', () => {
    const { clock } = run([T, T + 80], [T + 40, T + 130]);
    expect(clock.frame).toEqual({ ms: T + 40, clock: 'device' });
  });

  test.each([
    ['1970', 0],
    ['zero-based', 12_345],
    ['missing', null],
    ['more than a minute in the future', T + 3_600_000],
    ['an hour back', T - 3_600_000],
  ])('puts the time since the last good stamp in the place of one that is %s', (_, stamp) => {
    const { clock } = run([T, T + 80], [stamp, T + 1_080]);
    expect(clock.frame).toEqual({ ms: T + 1_000, clock: 'received' });
  });

  test('takes the time of receipt while no good stamp has come', () => {
    expect(run([0, T]).clock.frame).toEqual({ ms: T, clock: 'received' });
    expect(run([0, T], [33, T + 500]).clock.frame).toEqual({ ms: T + 500, clock: 'received' });
  });

  test('goes on without a jump when the first good stamp is a little ahead of our own time', () => {
    const { clock, shiftMs } = run([0, T], [T + 200, T + 40]);
    expect(shiftMs).toBe(0);
    expect(clock.frame).toEqual({ ms: T + 200, clock: 'device' });
  });

  test('is rebased when the first good stamp is behind, so that no frame counts as late', () => {
    const { clock, shiftMs } = run([0, T], [T - 200, T + 40]);
    expect(shiftMs).toBe(-240);
    expect(clock).toMatchObject({ atMs: T - 200, frame: { ms: T - 200, clock: 'device' } });
  });

  test('is rebased once when the first good stamp shows a recording', () => {
    const recorded = Date.UTC(2018, 8, 12);
    const { clock, shiftMs } = run([0, T], [recorded, T + 40]);
    expect(clock.frame).toEqual({ ms: recorded, clock: 'device' });
    expect(shiftMs).toBe(recorded - (T + 40));
  });

  test('gives a frame that comes a little out of order its own time, and does not turn back for it', () => {
    const { clock } = run([T, T], [T + 900, T + 900], [T + 300, T + 950]);
    expect(clock).toMatchObject({ atMs: T + 900, frame: { ms: T + 300, clock: 'device' } });
  });

  test.each([
    ['stand still', 0],
    ['were set back by five seconds', -5_000],
  ])('goes by the time of receipt when stamps %s', (_, byMs) => {
    const frames = Array.from({ length: 100 }, (__, n): [number, number] => {
      const stamp = byMs === 0 ? T : T + n * 100 + byMs;
      return [n < 10 ? T + n * 100 : stamp, T + n * 100];
    });
    const { clock } = run(...frames);
    expect(clock.frame.clock).toBe('received');
    expect(clock.atMs).toBe(T + 9_900);
  });

  test('moves on by ticks in silence, and a late frame does not turn it back', () => {
    const silent = clockTick(clockTick(run([T, T + 80]).clock, T + 1_080), T + 2_080);
    expect(silent).toMatchObject({ atMs: T + 2_000, silentMs: 2_000 });
    expect(clockFrame(silent, T + 1_990, T + 2_090).clock).toMatchObject({ atMs: T + 2_000, silentMs: 0 });
  });

  test('moves by five seconds at most when our own clock is set or the process slept', () => {
    const { clock } = run([T, T]);
    expect(clockTick(clock, T + 86_400_000).atMs).toBe(T + 5_000);
    expect(clockTick(clockTick(clock, T - 86_400_000), T - 86_399_000).atMs).toBe(T + 1_000);
  });

  test('never runs backwards once it rests on device time, whatever comes', () => {
    const time = fc.oneof(fc.integer({ min: T - 100_000, max: T + 100_000 }), fc.constant(0), fc.maxSafeInteger());
    const input = fc.tuple(fc.constantFrom('frame', 'tick'), fc.option(time), time);
    fc.assert(
      fc.property(fc.array(input), (inputs) => {
        let clock = run([T, T]).clock;
        for (const [type, stampMs, nowMs] of inputs) {
          const next = type === 'tick' ? clockTick(clock, nowMs) : clockFrame(clock, stampMs, nowMs).clock;
          expect(next.atMs).toBeGreaterThanOrEqual(clock.atMs);
          clock = next;
        }
      }),
    );
  });
});
