/** One stream in the lines with frame rates. */
interface Rate {
  readonly stream: number;
  /** Frames since the last lines, and before. */
  recent: number;
  before: number;
  /** When the first frame came, which is not counted; undefined before. */
  firstMs: number | undefined;
}

const headerEvery = 20;

/** Counts frames and tells their rates as `enable-perf-measurement` has the real app do (deepstream_perf.c, perf_cb of test5). */
export class FrameRates {
  readonly #rates: readonly Rate[];
  readonly #intervalMs: number;
  /** The lines' first word: with several `-c` each has its number. */
  readonly #title: string;
  #lines = 0;

  constructor(options: {
    readonly streams: readonly number[];
    readonly intervalMs: number;
    /** The number of this `-c`, where there are several. */
    readonly instance: number | undefined;
  }) {
    this.#rates = options.streams.map((stream) => ({ stream, recent: 0, before: 0, firstMs: undefined }));
    this.#intervalMs = options.intervalMs;
    this.#title = options.instance === undefined ? '**PERF:  ' : `PERF(${options.instance}): `;
  }

  count(stream: number, nowMs: number): void {
    const rate = this.#rates.find((candidate) => candidate.stream === stream);
    if (rate === undefined) return;
    if (rate.firstMs === undefined) rate.firstMs = nowMs;
    else rate.recent += 1;
  }

  /** The text of one report, each stream's rate and, in brackets, its average; then the recent counts start over. */
  report(nowMs: number): string {
    const shown = this.#rates.map((rate) => {
      const { recent, before, firstMs } = rate;
      rate.before += recent;
      rate.recent = 0;
      const seconds = firstMs === undefined ? Infinity : (nowMs - firstMs) / 1000;
      return { fps: (recent * 1000) / this.#intervalMs, average: seconds > 0 ? (before + recent) / seconds : 0 };
    });
    const header = this.#rates.map(({ stream }) => `FPS ${stream} (Avg)\t`).join('');
    const title = this.#lines % headerEvery === 0 ? `\n**PERF:  ${header}\n` : '';
    this.#lines += 1;
    const rates = shown.map(({ fps, average }) => `${fps.toFixed(2)} (${average.toFixed(2)})\t`).join('');
    const active = shown.filter(({ fps }) => fps > 0).length;
    return `Active sources : ${active}\n${title}${calendarTime(nowMs)}\n${this.#title}${rates}\n`;
  }
}

/** Local time as asctime(3) writes it: `Fri Nov 27 12:28:06 2026`. */
function calendarTime(nowMs: number): string {
  const time = new Date(nowMs);
  const [weekday = '', month = '', , year = ''] = time.toDateString().split(' ');
  return `${weekday} ${month} ${String(time.getDate()).padStart(2)} ${time.toTimeString().slice(0, 8)} ${year}`;
}
