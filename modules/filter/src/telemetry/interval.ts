/** Says once in a while that it is time: asked every second or so. A wall clock that is set back must not stop it. */
export class Interval {
  /** Milliseconds; 0 for never. */
  readonly #lengthMs: () => number;
  /** When it was time the last time. */
  #lastMs: number;

  constructor(startMs: number, lengthMs: () => number) {
    this.#lastMs = startMs;
    this.#lengthMs = lengthMs;
  }

  /** Whether the interval is over since it last was. */
  isDue(nowMs: number): boolean {
    const lengthMs = this.#lengthMs();
    if (lengthMs === 0 || (nowMs >= this.#lastMs && nowMs - this.#lastMs < lengthMs)) return false;
    this.#lastMs = nowMs;
    return true;
  }
}
