import { createReadStream } from 'node:fs';
import type { Clock } from './clock.ts';

/** Messages on their way at most; within them the hub keeps the order. */
const window = 64;
const retryMs = { first: 200, most: 5000 };
const newline = 0x0a;

type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

interface Underway {
  readonly line: Uint8Array;
  readonly lineNumber: number;
  readonly outcome: Promise<Outcome>;
}

/** A line that no retry can bring over. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
  readonly code = 'REPLAY_REFUSED';
  readonly lineNumber: number;

  constructor(file: string, lineNumber: number, cause: unknown) {
    super(`${file}:${lineNumber}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.lineNumber = lineNumber;
  }
}

/**
 * Sends each line of a file as one message, byte for byte, in order, and returns how many were acknowledged; blank
 * lines are no messages. Every line is acknowledged before the end: after a fault nothing new leaves until the lines
 * that failed have been sent again, so one can arrive twice, none is lost.
 * @throws ReplayError when the hub refuses a line for good; file errors as Node gives them
 */
export async function replayLines(options: {
  readonly file: string;
  readonly send: (line: Uint8Array) => Promise<void>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onSent: (count: number) => void;
}): Promise<number> {
  const { file, send, clock, signal, onSent } = options;
  const underway: Underway[] = [];
  let faults = 0;
  let count = 0;
  const attempt = (line: Uint8Array): Promise<Outcome> =>
    send(line).then(
      () => ({ ok: true }),
      (error: unknown) => {
        faults += 1;
        return { ok: false, error };
      },
    );
  const sent = (): void => {
    count += 1;
    onSent(count);
  };
  /** Waits for all that is underway, then brings over what failed, each before the next. */
  const recover = async (): Promise<void> => {
    const messages = underway.splice(0);
    const outcomes = await Promise.all(messages.map(({ outcome }) => outcome));
    for (const [index, { line, lineNumber }] of messages.entries()) {
      let outcome = outcomes[index] ?? { ok: true };
      for (let waitMs = retryMs.first; !outcome.ok; waitMs = Math.min(waitMs * 2, retryMs.most)) {
        if (!isRetryable(outcome.error)) throw new ReplayError(file, lineNumber, outcome.error);
        await clock.pause(waitMs, signal);
        if (signal.aborted) return;
        outcome = await attempt(line);
      }
      sent();
    }
    faults = 0;
  };
  const settleOldest = async (): Promise<void> => {
    const outcome = await underway[0]?.outcome;
    if (outcome?.ok !== true) return;
    underway.shift();
    sent();
  };

  for await (const { line, lineNumber } of linesOf(file)) {
    if (underway.length >= window) await settleOldest();
    if (faults > 0) await recover();
    if (signal.aborted) return count;
    underway.push({ line, lineNumber, outcome: attempt(line) });
  }
  await recover();
  return count;
}

function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true;
}

/** Splits at newline bytes only: node:readline would also split at U+2028, which JSON may hold. */
async function* linesOf(file: string): AsyncGenerator<{ line: Uint8Array; lineNumber: number }> {
  let rest = Buffer.alloc(0);
  let lineNumber = 0;
  for await (const chunk of createReadStream(file)) {
    let text = Buffer.concat([rest, chunk as Buffer]);
    for (let end = text.indexOf(newline); end !== -1; end = text.indexOf(newline)) {
      lineNumber += 1;
      const line = text.subarray(0, end);
      text = text.subarray(end + 1);
      if (!isBlank(line)) yield { line, lineNumber };
    }
    rest = text;
  }
  if (!isBlank(rest)) yield { line: rest, lineNumber: lineNumber + 1 };
}

function isBlank(line: Uint8Array): boolean {
  return line.every((byte) => byte <= 0x20);
}
