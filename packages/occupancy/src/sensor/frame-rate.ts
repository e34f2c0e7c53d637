/** So many gaps between frames decide together; the middle one is the usual one, whatever single gaps are. */
const gaps = 9;
/** So many are enough for a first answer. */
const firstGaps = 3;
/** Slower than that is no frame rate: nothing was there to be sent, or the camera was away. */
const maxGapMs = 10_000;

/** Learns the usual time from one frame of a sensor to the next. */
export class FrameRate {
  /** Since the last answer. */
  readonly #gaps: number[] = [];
  #lastMs: number | undefined;
  #usualMs = 0;

  /** 0 until enough frames have come. */
  get usualMs(): number {
    return this.#usualMs;
  }

  see(atMs: number): void {
    const gap = this.#lastMs === undefined ? 0 : atMs - this.#lastMs;
    this.#lastMs = atMs;
    if (gap <= 0 || gap > maxGapMs) return;
    const count = this.#gaps.push(gap);
    // Sorting them at every frame would cost more than all else that a frame does here.
    if (count < (this.#usualMs === 0 ? firstGaps : gaps)) return;
    this.#gaps.sort((a, b) => a - b);
    this.#usualMs = this.#gaps[count >> 1] ?? 0;
    this.#gaps.length = 0;
  }

  shift(byMs: number): void {
    if (this.#lastMs !== undefined) this.#lastMs += byMs;
  }
}
