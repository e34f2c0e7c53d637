import { setTimeout as delay } from 'node:timers/promises';

/** Time as the stand-in sees it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`, or earlier when the signal aborts; it never rejects. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  pause: async (ms, signal) => {
    await delay(ms, undefined, { signal }).catch(() => undefined);
  },
};
