import type { Log } from '@companion/edge';
import type { Clock } from '@companion/foundation';
import { parseMessage, type Frame } from '@companion/deepstream/message';
import type { FailureReason, Statistics } from '../telemetry/statistics.ts';
import { createBacklog } from './backlog.ts';

/** Takes messages from wherever they come, reads them, and hands over their frames. */
export interface Intake {
  /** Reads the message now, or a little later when there is much to do; under overload older ones go, counted. Never throws. */
  take(body: Uint8Array): void;
  /** Messages that wait to be read. */
  readonly waiting: number;
  /** Reads what waits and takes nothing more. */
  stop(): void;
}

interface IntakeOptions {
  readonly statistics: Statistics;
  readonly log: Log;
  readonly clock: Pick<Clock, 'now'>;
  /** What to do with a frame; what it throws is counted and logged. */
  readonly onFrame: (frame: Frame) => void;
  /** Runs a call after the messages that have arrived meanwhile were taken; default setImmediate. */
  readonly later?: (call: () => void) => void;
}

/** Of each reason the first goes to the log, then one in this many: a broken converter sends hundreds a second. */
const logEvery = 1_000;
/** So long messages are read in one go; then sockets and timers have their turn. */
const turnMs = 10;

/** Makes an intake. */
export function createIntake({ statistics, log, clock, onFrame, later = setImmediate }: IntakeOptions): Intake {
  const backlog = createBacklog();
  const seen = new Map<FailureReason | 'overload', number>();
  let turnStartMs: number | undefined;
  let stopped = false;

  function sample(reason: FailureReason | 'overload', by: number, facts: Readonly<Record<string, unknown>>): void {
    const before = seen.get(reason) ?? 0;
    const count = before + by;
    seen.set(reason, count);
    if (before !== 0 && Math.floor((before - 1) / logEvery) === Math.floor((count - 1) / logEvery)) return;
    const what = reason === 'overload' ? 'more comes than can be read: older frames are dropped' : undefined;
    log.warn({ reason, count, ...facts }, what ?? 'a message could not be used');
  }

  function fail(reason: FailureReason, facts: Readonly<Record<string, unknown>>): void {
    statistics.failed(reason);
    sample(reason, 1, facts);
  }

  function read(body: Uint8Array): void {
    try {
      const message = parseMessage(body);
      if (!message.ok) {
        fail(message.reason, { detail: message.detail, sizeBytes: body.byteLength });
        return;
      }
      statistics.parsed();
      for (const [reason, count] of Object.entries(message.rejected) as [keyof typeof message.rejected, number][]) {
        statistics.partsRejected(reason, count);
      }
      message.frames.forEach(onFrame);
    } catch (error) {
      fail('internal', { err: error });
    }
  }

  /** Whether there is time left in this turn; the first question begins one. */
  function timeLeft(): boolean {
    const now = clock.now();
    if (turnStartMs === undefined) {
      turnStartMs = now;
      later(nextTurn);
    }
    return Math.abs(now - turnStartMs) < turnMs;
  }

  function nextTurn(): void {
    turnStartMs = undefined;
    while (backlog.size > 0 && timeLeft()) readNext();
  }

  function readNext(): void {
    const body = backlog.shift();
    if (body !== undefined) read(body);
  }

  return {
    take(body) {
      if (stopped) return;
      statistics.received(body.byteLength);
      if (backlog.size === 0 && timeLeft()) {
        read(body);
        return;
      }
      const gone = backlog.push(body);
      if (gone === 0) return;
      statistics.overloaded(gone);
      sample('overload', gone, {});
    },
    get waiting() {
      return backlog.size;
    },
    stop() {
      stopped = true;
      while (backlog.size > 0) readNext();
    },
  };
}
