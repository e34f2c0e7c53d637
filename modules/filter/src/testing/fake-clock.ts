import type { Clock } from '@companion/foundation';

/** A clock that stands until it is moved. */
export interface FakeClock extends Clock {
  /** Moves the time on, and makes the calls that are due, in their order, each followed by what it set off. */
  pass(durationMs: number): Promise<void>;
}

/** Makes a clock that shows `nowMs`. */
export function createFakeClock(nowMs: number): FakeClock {
  let now = nowMs;
  let pending: { readonly dueMs: number; readonly call: () => void }[] = [];

  /** Promise reactions that are ready run before a timer of zero length does. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  return {
    now: () => now,
    monotonicMs: () => now,
    after(delayMs, call) {
      const entry = { dueMs: now + delayMs, call };
      pending.push(entry);
      return () => {
        pending = pending.filter((other) => other !== entry);
      };
    },
    async pass(durationMs) {
      const endMs = now + durationMs;
      await settle();
      for (;;) {
        const [next] = pending.filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs);
        if (!next) break;
        pending = pending.filter((entry) => entry !== next);
        now = Math.max(now, next.dueMs);
        next.call();
        await settle();
      }
      now = endMs;
    },
  };
}
