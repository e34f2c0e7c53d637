import type { Clock } from '@companion/foundation';

/** Notices when the other side says nothing for too long. */
export class StallWatch {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  /** Called after `timeoutMs` of waiting without a break. */
  readonly #onStall: () => void;
  /** Undefined while nobody waits. */
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, timeoutMs: number, onStall: () => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#onStall = onStall;
  }

  /** We wait for the other side from now on. */
  waiting(): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(this.#timeoutMs, this.#onStall);
  }

  /** It has said something, or nobody waits any more: what we do next is our own time. */
  heard(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
