import { describe, expect, test } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { delay, sleep } from './clock.ts';

describe.each([
  ['sleep', sleep],
  ['delay', delay],
])('%s', (_name, wait) => {
  test('ends when its time has come, and not before', async () => {
    const clock = new ManualClock(1000);
    let done = false;
    const waiting = wait(clock, 500, new AbortController().signal).then(() => (done = true));
    await clock.pass(499);
    expect(done).toBe(false);
    await clock.pass(1);
    expect(done).toBe(true);
    await waiting;
  });

  test('leaves no timer behind when it is aborted', async () => {
    const clock = new ManualClock(0);
    const abort = new AbortController();
    const waiting = wait(clock, 500, abort.signal).catch(() => undefined);
    abort.abort(new Error('newer twin'));
    await waiting;
    expect(clock.pending).toBe(0);
  });
});

test('an aborted sleep resolves, an aborted delay rejects with the reason', async () => {
  const clock = new ManualClock(0);
  const reason = new Error('newer twin');
  await expect(sleep(clock, 500, AbortSignal.abort(reason))).resolves.toBeUndefined();
  await expect(delay(clock, 500, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(clock.pending).toBe(0);
});
