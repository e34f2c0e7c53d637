import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { systemClock, type Clock } from '../core/clock.ts';
import { createBandwidth } from './transfer/bandwidth.ts';
import { sha256, startFetchBench } from '../testing/fetch-bench.ts';

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
    nowMs: () => nowMs,
    delay: (ms) =>
      new Promise((resolve) => {
        waiting.push({ atMs: nowMs + ms, wake: resolve });
        setImmediate(next);
      }),
  };
}

test('parallel downloads share one limit, and none of them is left behind', async () => {
  const clock = createWaitingClock();
  const bandwidth = createBandwidth(clock, 10_000);
  const { signal } = new AbortController();
  const startedMs = clock.nowMs();
  const order: string[] = [];
  const download = async (name: string): Promise<void> => {
    for (let chunk = 0; chunk < 10; chunk++) {
      await bandwidth.take(1000, signal);
      order.push(name);
    }
  };
  await Promise.all([download('a'), download('b')]);
  expect(clock.nowMs() - startedMs).toBe(2000);
  expect(order.join('')).toMatch(/^(ab|ba){10}$/);
});

test('no limit makes nobody wait', async () => {
  const clock = createWaitingClock();
  await createBandwidth(clock, 0).take(1e12, new AbortController().signal);
  expect(clock.nowMs()).toBe(1000);
});

test('an abort ends the waiting', async () => {
  const abort = new AbortController();
  const waiting = createBandwidth(systemClock, 1).take(1000, abort.signal);
  abort.abort(new Error('stop'));
  await expect(waiting).rejects.toThrow('stop');
});

test('two real downloads take the time that both together need', async () => {
  const bench = await startFetchBench();
  const files = [randomBytes(150_000), randomBytes(150_000)];
  bench.serve((request, response) => void response.end(files[Number(request.url?.slice(1))]));
  const bandwidth = createBandwidth(systemClock, 1_000_000);
  const startedMs = performance.now();
  await Promise.all(
    files.map((bytes, index) => bench.fetch({ url: `${bench.base}/${index}`, sha256: sha256(bytes), bandwidth })),
  );
  expect(performance.now() - startedMs).toBeGreaterThan(280);
  await bench.stop();
});
