import type { Log } from '@companion/edge';
import { clip, wellFormed, type Clock } from '@companion/foundation';
import { parseMessage, type Frame, type StreamFault } from '@companion/deepstream/message';
import type { FailureReason, Statistics } from '../telemetry/statistics.ts';
import { Backlog } from './backlog.ts';

interface IntakeOptions {
  readonly statistics: Statistics;
  readonly log: Log;
  readonly clock: Pick<Clock, 'now'>;
  /** What to do with a frame; what it throws is counted and logged. */
  readonly onFrame: (frame: Frame) => void;
  /** What to do with DeepStream's own word of a stream in trouble. */
  readonly onFault?: (fault: StreamFault) => void;
  /** Runs a call after the messages that have arrived meanwhile were taken; default setImmediate. */
  readonly later?: (call: () => void) => void;
}

/** Of each reason the first goes to the log, then one in this many: a broken converter sends hundreds a second. */
const logEvery = 1_000;
/** Characters of a topic in the log. */
const shownTopicLength = 200;
/** So long messages are read in one go; then sockets and timers have their turn. */
const turnMs = 10;

type SampledReason = FailureReason | 'overload';

/** Takes messages from wherever they come, reads them, and hands over their frames. */
export class Intake {
  readonly #statistics: Statistics;
  readonly #log: Log;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #onFrame: (frame: Frame) => void;
  readonly #onFault: (fault: StreamFault) => void;
  readonly #later: (call: () => void) => void;
  readonly #backlog = new Backlog();
  /** How many there were of each reason. */
  readonly #seen = new Map<SampledReason, number>();
  /** When the present turn began; undefined between turns. */
  #turnStartMs: number | undefined;
  #stopped = false;

  constructor({ statistics, log, clock, onFrame, onFault = () => undefined, later = setImmediate }: IntakeOptions) {
    this.#statistics = statistics;
    this.#log = log;
    this.#clock = clock;
    this.#onFrame = onFrame;
    this.#onFault = onFault;
    this.#later = later;
  }

  /** Messages that wait to be read. */
  get waiting(): number {
    return this.#backlog.size;
  }

  /** Reads the message now, or a little later when there is much to do; under overload older ones go, counted. Never throws. */
  take(body: Uint8Array): void {
    if (this.#stopped) return;
    this.#statistics.received(body.byteLength);
    if (this.#backlog.size === 0 && this.#isTimeLeft()) {
      this.#read(body);
      return;
    }
    const gone = this.#backlog.push(body);
    if (gone === 0) return;
    this.#statistics.overloaded(gone);
    this.#sample('overload', gone, {});
  }

  /** Counts a message that was too large to be kept until it is here. */
  refuse({ topic, sizeBytes }: { readonly topic: string; readonly sizeBytes: number }): void {
    this.#statistics.received(sizeBytes);
    this.#fail('too-large', { topic: clip(wellFormed(topic), shownTopicLength), sizeBytes });
  }

  /** Reads what waits and takes nothing more. */
  stop(): void {
    this.#stopped = true;
    while (this.#backlog.size > 0) this.#readNext();
  }

  /** Whether there is time left in this turn; the first question begins one. */
  #isTimeLeft(): boolean {
    const now = this.#clock.now();
    if (this.#turnStartMs === undefined) {
      this.#turnStartMs = now;
      this.#later(() => {
        this.#turnStartMs = undefined;
        while (this.#backlog.size > 0 && this.#isTimeLeft()) this.#readNext();
      });
    }
    return Math.abs(now - this.#turnStartMs) < turnMs;
  }

  #readNext(): void {
    const body = this.#backlog.shift();
    if (body !== undefined) this.#read(body);
  }

  #read(body: Uint8Array): void {
    try {
      const message = parseMessage(body);
      if (!message.ok) {
        this.#fail(message.reason, { detail: message.detail, sizeBytes: body.byteLength });
        return;
      }
      this.#statistics.parsed();
      for (const [reason, count] of Object.entries(message.rejected) as [keyof typeof message.rejected, number][]) {
        this.#statistics.partsRejected(reason, count);
      }
      message.frames.forEach(this.#onFrame);
      message.faults?.forEach(this.#onFault);
    } catch (error) {
      this.#fail('internal', { err: error });
    }
  }

  #fail(reason: FailureReason, facts: Readonly<Record<string, unknown>>): void {
    this.#statistics.failed(reason);
    this.#sample(reason, 1, facts);
  }

  #sample(reason: SampledReason, by: number, facts: Readonly<Record<string, unknown>>): void {
    const before = this.#seen.get(reason) ?? 0;
    const count = before + by;
    this.#seen.set(reason, count);
    if (before !== 0 && Math.floor((before - 1) / logEvery) === Math.floor((count - 1) / logEvery)) return;
    const what = reason === 'overload' ? 'more comes than can be read: older frames are dropped' : undefined;
    this.#log.warn({ reason, count, ...facts }, what ?? 'a message could not be used');
  }
}
