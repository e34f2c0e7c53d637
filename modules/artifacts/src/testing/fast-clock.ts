import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';

/** A clock whose minutes are seconds: real time, so many times faster. */
export function createFastClock(speed: number): Clock {
  return {
    nowMs: () => performance.now() * speed,
    delay: async (ms, signal) => {
      await delay(ms / speed, undefined, { signal }).catch(() => signal.throwIfAborted());
    },
  };
}
