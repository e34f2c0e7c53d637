import { delay, type Clock } from '@companion/foundation';

/** Short of this nobody waits: timers are coarse, and the debt is remembered. */
const leastPauseMs = 20;

/** A limit that all downloads share; 0 bytes a second is none. */
export class Bandwidth {
  readonly #clock: Clock;
  readonly #bytesPerSec: number;
  /** When all that was taken so far may have come, on the clock that never jumps. */
  #freeAtMs = 0;

  constructor(clock: Clock, bytesPerSec: number) {
    this.#clock = clock;
    this.#bytesPerSec = bytesPerSec;
  }

  /** Resolves when so many bytes more may have come. Rejects with the signal's reason. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#bytesPerSec <= 0) return;
    const nowMs = this.#clock.monotonicMs();
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + (bytes * 1000) / this.#bytesPerSec;
    if (this.#freeAtMs - nowMs >= leastPauseMs) await delay(this.#clock, this.#freeAtMs - nowMs, signal);
  }
}
