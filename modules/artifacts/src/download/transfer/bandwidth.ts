import type { Clock } from '../../core/clock.ts';

/** A limit that all downloads share. */
export interface Bandwidth {
  /** Resolves when so many bytes more may have come. Rejects with the signal's reason. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
}

/** Short of this nobody waits: timers are coarse, and the debt is remembered. */
const leastPauseMs = 20;

/** Creates a limit; 0 bytes a second is none. */
export function createBandwidth(clock: Clock, bytesPerSec: number): Bandwidth {
  let freeAtMs = 0;
  return {
    async take(bytes, signal) {
      if (bytesPerSec <= 0) return;
      const nowMs = clock.nowMs();
      freeAtMs = Math.max(freeAtMs, nowMs) + (bytes * 1000) / bytesPerSec;
      if (freeAtMs - nowMs >= leastPauseMs) await clock.delay(freeAtMs - nowMs, signal);
    },
  };
}
