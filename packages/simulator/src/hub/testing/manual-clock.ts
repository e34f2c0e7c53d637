import type { HubClock } from '../contract/clock.ts';

/** A clock for tests that stands still until it is told to advance. */
export interface ManualClock extends HubClock {
  /** Moves on and runs what has come due, in order of time. */
  advance(byMs: number): void;
}

/** Starts at the given time; the machine's time is right where real tokens are verified. */
export function createManualClock(startMs: number): ManualClock {
  const timers = new Set<{ readonly atMs: number; readonly action: () => void }>();
  let nowMs = startMs;
  return {
    now: () => nowMs,
    after: (delayMs, action) => {
      const timer = { atMs: nowMs + delayMs, action };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: (byMs) => {
      const untilMs = nowMs + byMs;
      for (;;) {
        const [next] = [...timers].filter(({ atMs }) => atMs <= untilMs).sort((left, right) => left.atMs - right.atMs);
        if (next === undefined) break;
        timers.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.action();
      }
      nowMs = untilMs;
    },
  };
}
