import type { Clock } from '../clock/clock.ts';

/** Real time, so many times faster: minutes of a real system pass in seconds. */
export class FastClock implements Clock {
  readonly #speed: number;
  readonly #startMs = Date.now();
  readonly #originMs = performance.now();

  constructor(speed: number) {
    this.#speed = speed;
  }

  now(): number {
    return this.#startMs + this.monotonicMs();
  }

  monotonicMs(): number {
    return (performance.now() - this.#originMs) * this.#speed;
  }

  after(delayMs: number, call: () => void): () => void {
    const timer = setTimeout(call, delayMs / this.#speed);
    return () => clearTimeout(timer);
  }
}
