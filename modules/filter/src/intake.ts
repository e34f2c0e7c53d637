import type { Log } from '@companion/edge';
import { parseMessage, type Frame } from '@companion/deepstream/message';
import type { FailureReason, Statistics } from './statistics.ts';

/** Reads messages and counts what can't be read. */
export interface Intake {
  /** The frames of one message body; none where it can't be read. Never throws. */
  read(body: Uint8Array): readonly Frame[];
  /** Counts a message that went wrong after it was read. */
  failed(error: unknown): void;
}

/** Of each reason the first goes to the log, then one in this many: a broken converter sends hundreds a second. */
const LOG_EVERY = 1_000;

/** Makes an intake. */
export function createIntake({ statistics, log }: { readonly statistics: Statistics; readonly log: Log }): Intake {
  const seen = new Map<FailureReason, number>();

  function fail(reason: FailureReason, facts: Readonly<Record<string, unknown>>): void {
    statistics.failed(reason);
    const count = (seen.get(reason) ?? 0) + 1;
    seen.set(reason, count);
    if (count % LOG_EVERY === 1) log.warn({ reason, count, ...facts }, 'a message could not be used');
  }

  return {
    read(body) {
      statistics.received(body.byteLength);
      const message = parseMessage(body);
      if (!message.ok) {
        fail(message.reason, { detail: message.detail, sizeBytes: body.byteLength });
        return [];
      }
      statistics.parsed();
      for (const [reason, count] of Object.entries(message.rejected) as [keyof typeof message.rejected, number][]) {
        statistics.partsRejected(reason, count);
      }
      return message.frames;
    },
    failed: (error) => {
      fail('internal', { err: error });
    },
  };
}
