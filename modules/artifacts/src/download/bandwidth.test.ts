import { randomBytes } from 'node:crypto';
import type { Clock } from '@companion/foundation';
import { sha256, systemClock } from '@companion/foundation/node';
import { expect, test } from 'vitest';
import { Bandwidth } from './transfer/bandwidth.ts';
import { startFetchBench } from '../testing/fetch-bench.ts';

/** Time passes only where somebody waits, and then in the right order. */
function createWaitingClock(): Clock {
  let nowMs = 1_000;
  const waiting: { readonly atMs: number; readonly wake: () => void }[] = [];
  const next = (): void => {
    waiting.sort((one, two) => one.atMs - two.atMs);
    const first = waiting.shift();
    nowMs = Math.max(nowMs, first?.atMs ?? 0);
    first?.wake();
  };
  return {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    after: (delayMs, call) => {
      waiting.push({ atMs: nowMs + delayMs, wake: call });
      setImmediate(next);
      return () => undefined;
    },
  };
}

test('parallel downloads share one limit, and none of them is left behind', async () => {
  const clock = createWaitingClock();
  const bandwidth = new Bandwidth(clock, 10_000);
  const { signal } = new AbortController();
  const startedMs = clock.monotonicMs();
  const order: string[] = [];
  const download = async (name: string): Promise<void> => {
    for (let chunk = 0; chunk < 10; chunk++) {
      await bandwidth.take(1000, signal);
      order.push(name);
    }
  };
  await Promise.all([download('a'), download('b')]);
  expect(clock.monotonicMs() - startedMs).toBe(2000);
  expect(order.join('')).toMatch(/^(ab|ba){10}$/);
});

test('no limit makes nobody wait', async () => {
  const clock = createWaitingClock();
  await new Bandwidth(clock, 0).take(1e12, new AbortController().signal);
  expect(clock.monotonicMs()).toBe(1000);
});

test('an abort ends the waiting', async () => {
  const abort = new AbortController();
  const waiting = new Bandwidth(systemClock, 1).take(1000, abort.signal);
  abort.abort(new Error('stop'));
  await expect(waiting).rejects.toThrow('stop');
});

test('two real downloads take the time that both together need', async () => {
  const bench = await startFetchBench();
  const files = [randomBytes(150_000), randomBytes(150_000)];
  bench.serve((request, response) => void response.end(files[Number(request.url?.slice(1))]));
  const bandwidth = new Bandwidth(systemClock, 1_000_000);
  const startedMs = performance.now();
  await Promise.all(
    files.map((bytes, index) => bench.fetch({ url: `${bench.base}/${index}`, sha256: sha256(bytes), bandwidth })),
  );
  expect(performance.now() - startedMs).toBeGreaterThan(280);
  await bench.stop();
});
