/** Counts frames and tells their rates, as `enable-perf-measurement` has the real app do. */
export class FrameRates {
  readonly #rates: { readonly group: string; recent: number; all: number }[];
  readonly #startMs: number;
  /** When the last line was made. */
  #lastMs: number;

  /** Starts to count at `startMs` for these sources. */
  constructor(groups: readonly string[], startMs: number) {
    this.#rates = groups.map((group) => ({ group, recent: 0, all: 0 }));
    this.#startMs = startMs;
    this.#lastMs = startMs;
  }

  count(group: string): void {
    const rate = this.#rates.find((candidate) => candidate.group === group);
    if (rate === undefined) return;
    rate.recent += 1;
    rate.all += 1;
  }

  /** One line: each source's rate since the last line and, in brackets, since the start; then the recent counts start over. */
  line(nowMs: number): string {
    const perSecond = (count: number, sinceMs: number): string =>
      ((count * 1000) / Math.max(1, nowMs - sinceMs)).toFixed(2);
    const texts = this.#rates.map(
      ({ group, recent, all }) => `${group} ${perSecond(recent, this.#lastMs)} (${perSecond(all, this.#startMs)})`,
    );
    for (const rate of this.#rates) rate.recent = 0;
    this.#lastMs = nowMs;
    return `**PERF:  FPS ${texts.join('  ')}`;
  }
}
