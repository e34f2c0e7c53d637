/** So many of the newest gaps between frames decide; the middle one is the usual one, whatever single gaps are. */
const gaps = 9;
const minGaps = 3;
/** Slower than that is no frame rate: nothing was there to be sent, or the camera was away. */
const maxGapMs = 10_000;

/** Learns the usual time from one frame of a sensor to the next. */
export class FrameRate {
  /** In the order in which they came. */
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
    this.#gaps.push(gap);
    if (this.#gaps.length > gaps) this.#gaps.shift();
    if (this.#gaps.length < minGaps) return;
    this.#usualMs = [...this.#gaps].sort((a, b) => a - b)[this.#gaps.length >> 1] ?? 0;
  }

  shift(byMs: number): void {
    if (this.#lastMs !== undefined) this.#lastMs += byMs;
  }
}
