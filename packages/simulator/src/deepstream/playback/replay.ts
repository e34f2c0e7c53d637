import { Fifo, sleep, type Clock } from '@companion/foundation';
import { fileLines, type FileLine } from '../../text/file-lines.ts';
import { StandInError } from '../recording/stand-in-error.ts';

/** Messages on their way at most; within them the hub keeps the order. */
const window = 64;
const retryMs = { first: 200, most: 5000 };

type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

interface Underway extends FileLine {
  readonly outcome: Promise<Outcome>;
}

export interface ReplayOptions {
  readonly file: string;
  readonly send: (line: Uint8Array) => Promise<void>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onSent: (count: number) => void;
}

/**
 * Sends each line of a file as one message, byte for byte, in order; blank lines are no messages. Every line is
 * acknowledged before the end: after a fault nothing new leaves until the lines that failed have been sent again, so one
 * can arrive twice, none is lost.
 */
export class Replay {
  readonly #options: ReplayOptions;
  /** In the order of the file. */
  readonly #underway = new Fifo<Underway>();
  /** Messages that failed since the last recovery. */
  #faults = 0;
  /** Messages that were acknowledged. */
  #count = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the number of messages that were acknowledged: at the end of the file, or as soon as the signal aborts.
   * @throws StandInError when the hub refuses a line for good; file errors as Node gives them
   */
  async run(): Promise<number> {
    const { file, signal } = this.#options;
    for await (const { line, lineNumber } of fileLines(file)) {
      if (this.#underway.size >= window) await this.#settleOldest();
      if (this.#faults > 0) await this.#recover();
      if (signal.aborted) return this.#count;
      this.#underway.push({ line, lineNumber, outcome: this.#attempt(line) });
    }
    await this.#recover();
    return this.#count;
  }

  #attempt(line: Uint8Array): Promise<Outcome> {
    return this.#options.send(line).then(
      () => ({ ok: true }),
      (error: unknown) => {
        this.#faults += 1;
        return { ok: false, error };
      },
    );
  }

  async #settleOldest(): Promise<void> {
    const outcome = await this.#underway.peek()?.outcome;
    if (outcome?.ok !== true) return;
    this.#underway.shift();
    this.#sent();
  }

  /** Waits for all that is underway, then brings over what failed, each before the next. */
  async #recover(): Promise<void> {
    const messages = [...this.#underway];
    this.#underway.clear();
    const outcomes = await Promise.all(messages.map(({ outcome }) => outcome));
    for (const [index, message] of messages.entries()) {
      if (!(await this.#bringOver(message, outcomes[index] ?? { ok: true }))) return;
    }
    this.#faults = 0;
  }

  /** False where the signal aborted first. */
  async #bringOver({ line, lineNumber }: FileLine, first: Outcome): Promise<boolean> {
    const { file, clock, signal } = this.#options;
    let outcome = first;
    for (let waitMs = retryMs.first; !outcome.ok; waitMs = Math.min(waitMs * 2, retryMs.most)) {
      const { error } = outcome;
      if (!isRetryable(error)) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new StandInError('REPLAY_REFUSED', { file, line: lineNumber }, reason, error);
      }
      await sleep(clock, waitMs, signal);
      if (signal.aborted) return false;
      outcome = await this.#attempt(line);
    }
    this.#sent();
    return true;
  }

  #sent(): void {
    this.#count += 1;
    this.#options.onSent(this.#count);
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true;
}
