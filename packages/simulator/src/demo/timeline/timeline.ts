import { styleText } from 'node:util';

type Tone = 'plain' | 'good' | 'bad' | 'quiet';

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

interface TimelineOptions {
  readonly output: Output;
  /** Milliseconds since the start. */
  readonly elapsedMs: () => number;
  readonly colour: boolean;
}

const colours = { plain: 'reset', good: 'green', bad: 'red', quiet: 'gray' } as const;
/** Erases the line the cursor is in and goes to its start. */
const eraseLine = '\u001b[2K\r';
const whoWidth = 12;

/** What happened, one line each, in the order in which it happened; on a terminal with a live line for what is under way. */
export class Timeline {
  readonly #options: TimelineOptions;
  /** What is shown below the last line. */
  #progressLine: string | undefined;

  constructor(options: TimelineOptions) {
    this.#options = options;
  }

  /** Writes a line: seconds since the start, who, what. */
  say(who: string, text: string, tone: Tone = 'plain'): void {
    const seconds = `${(this.#options.elapsedMs() / 1000).toFixed(1).padStart(6)} s`;
    this.write(`${this.#paint(seconds, 'quiet')}  ${who.padEnd(whoWidth)}  ${this.#paint(text, tone)}\n`);
  }

  /** Shows what is under way below the last line; undefined removes it. Shown on a terminal only: a log file wants no frames. */
  progress(line: string | undefined): void {
    const { output } = this.#options;
    if (output.isTTY !== true) return;
    const next = line?.slice(0, (output.columns ?? 80) - 1);
    if (next === this.#progressLine) return;
    output.write(`${this.#progressLine === undefined ? '' : eraseLine}${next ?? ''}`);
    this.#progressLine = next;
  }

  /** Writes text as it is. */
  write(text: string): void {
    const line = this.#progressLine;
    this.#options.output.write(line === undefined ? text : `${eraseLine}${text}${line}`);
  }

  #paint(text: string, tone: Tone): string {
    return this.#options.colour && tone !== 'plain' ? styleText(colours[tone], text, { validateStream: false }) : text;
  }
}
