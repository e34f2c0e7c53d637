import { setTimeout as delay } from 'node:timers/promises';

/** Time as the module needs it: a clock that never jumps, and waiting that can be aborted. */
export interface Clock {
  /** Milliseconds since some fixed moment; only differences mean something. */
  nowMs(): number;
  /** Rejects with the signal's reason when aborted. */
  delay(ms: number, signal: AbortSignal): Promise<void>;
}

/** The clock of this machine: monotonic, so a device that learns the time of day late does not give up early. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  delay: async (ms, signal) => {
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  },
};
