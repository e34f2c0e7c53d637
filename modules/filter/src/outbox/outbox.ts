/*
 * add ──▶ waiting ──commit──▶ durable ──send──▶ acknowledged ──commit──▶ forgotten
 *
 * Invariants: what is sent was durable before, together with the checkpoint that knows it was raised, so that after a
 * kill it is neither lost nor raised anew under another name; messages are sent in order, one after another, each until
 * the hub has acknowledged it. A kill between the acknowledgement and the commit sends a message twice, with the same
 * id. While the storage is not durable, messages are sent from memory.
 */
import { EdgeError, type Hub, type Log, type OutputMessage } from '@companion/edge';
import { backoffMs, sleep, type Clock, type JsonValue } from '@companion/foundation';
import type { Entry, EntryKind, Step } from './entry.ts';
import { asSteps, type Storage } from './storage.ts';
import { createWaiting, type Capacity } from './waiting.ts';

/** What waits to be sent, and how it went so far. */
export interface OutboxStats {
  readonly depth: number;
  readonly bytes: number;
  readonly sent: number;
  readonly sentBytes: number;
  /** Lost because the outbox was full, or because the hub can never take them. */
  readonly dropped: Readonly<Record<EntryKind, number>>;
  readonly durable: boolean;
}

/** Sends messages one after another, each until the hub has acknowledged it. */
export interface Outbox {
  /** Takes a message. Call it in the same turn in which the state moved that the checkpoint shows. */
  add(kind: EntryKind, output: string, message: OutputMessage): void;
  /** Writes the checkpoint with the next commit, which comes at once. */
  saveCheckpoint(): void;
  stats(): OutboxStats;
  /** Gives what waits `withinMs` to be sent, then gives up, writes the last checkpoint and answers how many were left. */
  stop(withinMs: number): Promise<number>;
}

/** What the outbox needs. */
export interface OutboxOptions {
  readonly hub: Pick<Hub, 'send'>;
  readonly storage: Storage;
  readonly capacity: Capacity;
  /** The state as it is now; undefined to keep the earlier one. */
  readonly checkpoint: () => JsonValue | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** Events of one moment share a write; nobody misses this little time. */
const commitAfterMs = 20;
/** That messages were acknowledged may wait: at worst they are sent twice. */
const forgetAfterMs = 500;

/** Makes an outbox, and begins to send what an earlier process left. */
export function createOutbox({ hub, storage, capacity, checkpoint, clock, random, log }: OutboxOptions): Outbox {
  const waiting = createWaiting(capacity);
  const stopping = new AbortController();
  const counts = { sent: 0, sentBytes: 0 };
  const dropped: Record<EntryKind, number> = { event: 0, snapshot: 0 };
  let nextSeq = (storage.remembered.entries.at(-1)?.seq ?? 0) + 1;
  let committedSeq = nextSeq - 1;
  let writtenSeq = committedSeq;
  let gone: number[] = [];
  let checkpointWanted = false;
  let sending: Promise<void> | undefined;
  let underWay = false;
  let committing: Promise<void> | undefined;
  let due: { readonly atMs: number; readonly cancel: () => void } | undefined;
  let closed = false;

  function sendable(): Entry | undefined {
    const entry = waiting.first();
    return entry !== undefined && (entry.seq <= committedSeq || !storage.durable) ? entry : undefined;
  }

  const isStopping = (): boolean => stopping.signal.aborted;

  function kick(): void {
    if (sendable() !== undefined && !isStopping()) sending ??= drain();
  }

  async function drain(): Promise<void> {
    for (let entry = sendable(); entry !== undefined && !isStopping(); entry = sendable()) {
      underWay = true;
      const done = await deliver(entry);
      underWay = false;
      if (done) forget(entry.seq);
    }
    sending = undefined;
  }

  function forget(seq: number): void {
    waiting.remove(seq);
    gone.push(seq);
    commitWithin(forgetAfterMs);
  }

  /** Resolves to false when there was no more time to try. */
  async function deliver({ kind, output, message }: Entry): Promise<boolean> {
    for (let failures = 1; ; failures++) {
      try {
        await hub.send(output, message as OutputMessage);
        counts.sent++;
        counts.sentBytes += Buffer.byteLength(message.body);
        if (failures > 1) log.info({ output, failures: failures - 1 }, 'messages are sent again');
        return true;
      } catch (error) {
        if (error instanceof EdgeError && error.code === 'MESSAGE_TOO_LARGE') {
          dropped[kind]++;
          log.error({ output, err: error }, 'a message is dropped, because the hub can never take it');
          return true;
        }
        if (isStopping()) return false;
        if (failures === 1) log.warn({ output, err: error }, 'a message could not be sent and is tried again');
        await sleep(clock, backoffMs(failures, { baseMs: 250, capMs: 10_000, random }), stopping.signal);
        if (isStopping()) return false;
      }
    }
  }

  function commitWithin(delayMs: number): void {
    if (closed) return;
    const atMs = clock.now() + delayMs;
    if (due !== undefined && due.atMs <= atMs) return;
    due?.cancel();
    const cancel = clock.after(delayMs, () => {
      due = undefined;
      commitNow();
    });
    due = { atMs, cancel };
  }

  function commitNow(): void {
    committing ??= commit().finally(() => {
      committing = undefined;
      if (checkpointWanted || nextSeq - 1 > writtenSeq) commitWithin(commitAfterMs);
    });
  }

  async function commit(): Promise<void> {
    const put = waiting.all().filter(({ seq }) => seq > writtenSeq);
    const upTo = nextSeq - 1;
    const state = put.length > 0 || checkpointWanted ? checkpoint() : undefined;
    const step: Step = { version: 1, put, gone, ...(state === undefined ? {} : { checkpoint: state as StepState }) };
    gone = [];
    checkpointWanted = false;
    writtenSeq = upTo;
    await storage.write(step, () => asSteps(waiting.all(), checkpoint()), waiting.bytes);
    committedSeq = Math.max(committedSeq, upTo);
    kick();
  }

  function drop(entries: readonly Entry[]): void {
    for (const { kind, seq } of entries) {
      if (dropped[kind]++ === 0) {
        log.error({ kind, capacity }, `the outbox is full: the oldest ${kind}s are dropped, snapshots before events`);
      }
      gone.push(seq);
    }
  }

  for (const entry of storage.remembered.entries) drop(waiting.add(entry, { firstIsUnderWay: false }));
  kick();
  return {
    add(kind, output, { body, ...rest }) {
      if (closed) return;
      const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
      const entry = { seq: nextSeq++, kind, output, message: { ...rest, body: text } } as Entry;
      drop(waiting.add(entry, { firstIsUnderWay: underWay }));
      commitWithin(commitAfterMs);
      if (!storage.durable) kick();
    },
    saveCheckpoint() {
      checkpointWanted = true;
      commitWithin(0);
    },
    stats: () => ({
      depth: waiting.size,
      bytes: waiting.bytes,
      ...counts,
      dropped: { ...dropped },
      durable: storage.durable,
    }),
    async stop(withinMs) {
      closed = true;
      due?.cancel();
      await committing;
      checkpointWanted = true;
      await commit();
      const cancel = clock.after(withinMs, () => {
        stopping.abort();
      });
      // A send without an answer must not hold up the end: the hub has its own, longer time for that.
      const givenUp = new Promise<void>((resolve) => {
        stopping.signal.addEventListener('abort', () => resolve());
      });
      await Promise.race([sending ?? Promise.resolve(), givenUp]);
      cancel();
      stopping.abort();
      await commit();
      await storage.close();
      return waiting.size;
    },
  };
}

type StepState = NonNullable<Step['checkpoint']>;
