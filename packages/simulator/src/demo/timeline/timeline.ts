import { styleText } from 'node:util';

/** What happened, one line each, in the order in which it happened; on a terminal with a live line for what is under way. */
export interface Timeline {
  /** Writes a line: seconds since the start, who, what. */
  say(who: string, text: string, tone?: Tone): void;
  /** Shows what is under way below the last line; undefined removes it. Shown on a terminal only: a log file wants no frames. */
  progress(line: string | undefined): void;
  /** Writes text as it is. */
  write(text: string): void;
}

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

/** Creates a timeline on an output. */
export function createTimeline({ output, elapsedMs, colour }: TimelineOptions): Timeline {
  const live = output.isTTY === true;
  let progressLine: string | undefined;

  const paint = (text: string, tone: Tone): string =>
    colour && tone !== 'plain' ? styleText(colours[tone], text, { validateStream: false }) : text;
  const above = (text: string): void => {
    output.write(progressLine === undefined ? text : `${eraseLine}${text}${progressLine}`);
  };

  return {
    say(who, text, tone = 'plain') {
      const seconds = `${(elapsedMs() / 1000).toFixed(1).padStart(6)} s`;
      above(`${paint(seconds, 'quiet')}  ${who.padEnd(whoWidth)}  ${paint(text, tone)}\n`);
    },
    progress(line) {
      if (!live) return;
      const next = line?.slice(0, (output.columns ?? 80) - 1);
      if (next === progressLine) return;
      output.write(`${progressLine === undefined ? '' : eraseLine}${next ?? ''}`);
      progressLine = next;
    },
    write: above,
  };
}
