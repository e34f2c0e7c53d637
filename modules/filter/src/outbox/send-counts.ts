import { Buffer } from 'node:buffer';
import type { DeadLetter } from './dead-letters.ts';
import type { Entry, EntryKind } from './entry.ts';

/** How it went with messages so far, since the start of the process. */
export interface SendTotals {
  readonly sent: number;
  readonly sentBytes: number;
  /** Lost because the outbox was full. */
  readonly dropped: Readonly<Record<EntryKind, number>>;
  /** Kept in dead-letter.jsonl, because they can never be sent. */
  readonly setAside: Readonly<Record<EntryKind, number>>;
  /** Why the last one was set aside; undefined before the first. */
  readonly lastSetAside: { readonly atMs: number; readonly output: string; readonly reason: string } | undefined;
}

/** Counts what became of messages. */
export class SendCounts {
  #sent = 0;
  #sentBytes = 0;
  readonly #dropped: Record<EntryKind, number> = { event: 0, snapshot: 0 };
  readonly #setAside: Record<EntryKind, number> = { event: 0, snapshot: 0 };
  #lastSetAside: SendTotals['lastSetAside'];

  sent({ message }: Entry): void {
    this.#sent++;
    this.#sentBytes += Buffer.byteLength(message.body);
  }

  /** Whether it is the first of its kind. */
  dropped({ kind }: Entry): boolean {
    return this.#dropped[kind]++ === 0;
  }

  setAside({ atMs, reason, entry: { kind, output } }: DeadLetter): void {
    this.#setAside[kind]++;
    this.#lastSetAside = { atMs, output, reason };
  }

  totals(): SendTotals {
    return {
      sent: this.#sent,
      sentBytes: this.#sentBytes,
      dropped: { ...this.#dropped },
      setAside: { ...this.#setAside },
      lastSetAside: this.#lastSetAside,
    };
  }
}
