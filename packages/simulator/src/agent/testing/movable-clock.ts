import type { AgentClock } from '../agent-clock.ts';

/** A clock that stands still until it is moved. */
export function movableClock(): AgentClock & { move(byMs: number): void } {
  let nowMs = 1_000_000;
  const due = new Map<object, { readonly atMs: number; readonly call: () => void }>();
  return {
    now: () => nowMs,
    after(delayMs, call) {
      const key = {};
      due.set(key, { atMs: nowMs + delayMs, call });
      return () => void due.delete(key);
    },
    move(byMs) {
      nowMs += byMs;
      for (const [key, { atMs, call }] of due) if (atMs <= nowMs && due.delete(key)) call();
    },
  };
}
