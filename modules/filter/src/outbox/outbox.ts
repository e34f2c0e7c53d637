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
import { Waiting, type Capacity } from './waiting.ts';

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

/** Sends messages one after another, each until the hub has acknowledged it. */
export class Outbox {
  readonly #hub: Pick<Hub, 'send'>;
  readonly #storage: Storage;
  readonly #capacity: Capacity;
  readonly #checkpoint: () => JsonValue | undefined;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #log: Log;
  readonly #waiting: Waiting;
  /** Aborted when there is no more time to try. */
  readonly #stopping = new AbortController();
  readonly #dropped: Record<EntryKind, number> = { event: 0, snapshot: 0 };
  #sent = 0;
  #sentBytes = 0;
  #nextSeq: number;
  /** Up to here all is durable. */
  #committedSeq: number;
  /** Up to here all is durable or on its way to the disk. */
  #writtenSeq: number;
  /** What went since the last commit. */
  #gone: number[] = [];
  #checkpointWanted = false;
  /** The run that sends what can be sent. */
  #sending: Promise<void> | undefined;
  /** Whether the first entry is being sent. */
  #underWay = false;
  #committing: Promise<void> | undefined;
  /** The next commit. */
  #due: { readonly atMs: number; readonly cancel: () => void } | undefined;
  #closed = false;

  constructor({ hub, storage, capacity, checkpoint, clock, random, log }: OutboxOptions) {
    const lastSeq = storage.remembered.entries.at(-1)?.seq ?? 0;
    this.#hub = hub;
    this.#storage = storage;
    this.#capacity = capacity;
    this.#checkpoint = checkpoint;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
    this.#waiting = new Waiting(capacity);
    this.#nextSeq = lastSeq + 1;
    this.#committedSeq = lastSeq;
    this.#writtenSeq = lastSeq;
  }

  /** Begins to send what an earlier process left. Call it once, before all else. */
  start(): void {
    for (const entry of this.#storage.remembered.entries) {
      this.#drop(this.#waiting.add(entry, { firstIsUnderWay: false }));
    }
    this.#kick();
  }

  /** Takes a message. Call it in the same turn in which the state moved that the checkpoint shows. */
  add(kind: EntryKind, output: string, { body, ...rest }: OutputMessage): void {
    if (this.#closed) return;
    const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
    const entry = { seq: this.#nextSeq++, kind, output, message: { ...rest, body: text } } as Entry;
    this.#drop(this.#waiting.add(entry, { firstIsUnderWay: this.#underWay }));
    this.#commitWithin(commitAfterMs);
    if (!this.#storage.durable) this.#kick();
  }

  /** Writes the checkpoint with the next commit, which comes at once. */
  saveCheckpoint(): void {
    this.#checkpointWanted = true;
    this.#commitWithin(0);
  }

  stats(): OutboxStats {
    return {
      depth: this.#waiting.size,
      bytes: this.#waiting.bytes,
      sent: this.#sent,
      sentBytes: this.#sentBytes,
      dropped: { ...this.#dropped },
      durable: this.#storage.durable,
    };
  }

  /** Gives what waits `withinMs` to be sent, then gives up, writes the last checkpoint and answers how many were left. */
  async stop(withinMs: number): Promise<number> {
    this.#closed = true;
    this.#due?.cancel();
    await this.#committing;
    this.#checkpointWanted = true;
    await this.#commit();
    const cancel = this.#clock.after(withinMs, () => {
      this.#stopping.abort();
    });
    // A send without an answer must not hold up the end: the hub has its own, longer time for that.
    const givenUp = new Promise<void>((resolve) => {
      this.#stopping.signal.addEventListener('abort', () => resolve());
    });
    await Promise.race([this.#sending ?? Promise.resolve(), givenUp]);
    cancel();
    this.#stopping.abort();
    await this.#commit();
    await this.#storage.close();
    return this.#waiting.size;
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #sendable(): Entry | undefined {
    const entry = this.#waiting.first();
    return entry !== undefined && (entry.seq <= this.#committedSeq || !this.#storage.durable) ? entry : undefined;
  }

  #kick(): void {
    if (this.#sendable() !== undefined && !this.#isStopping()) this.#sending ??= this.#drain();
  }

  async #drain(): Promise<void> {
    for (let entry = this.#sendable(); entry !== undefined && !this.#isStopping(); entry = this.#sendable()) {
      this.#underWay = true;
      const done = await this.#deliver(entry);
      this.#underWay = false;
      if (done) this.#forget(entry.seq);
    }
    this.#sending = undefined;
  }

  #forget(seq: number): void {
    this.#waiting.remove(seq);
    this.#gone.push(seq);
    this.#commitWithin(forgetAfterMs);
  }

  /** Resolves to false when there was no more time to try. */
  async #deliver({ kind, output, message }: Entry): Promise<boolean> {
    for (let failures = 1; ; failures++) {
      try {
        await this.#hub.send(output, message as OutputMessage);
        this.#sent++;
        this.#sentBytes += Buffer.byteLength(message.body);
        if (failures > 1) this.#log.info({ output, failures: failures - 1 }, 'messages are sent again');
        return true;
      } catch (error) {
        if (error instanceof EdgeError && error.code === 'MESSAGE_TOO_LARGE') {
          this.#dropped[kind]++;
          this.#log.error({ output, err: error }, 'a message is dropped, because the hub can never take it');
          return true;
        }
        if (this.#isStopping()) return false;
        if (failures === 1) this.#log.warn({ output, err: error }, 'a message could not be sent and is tried again');
        const pauseMs = backoffMs(failures, { baseMs: 250, capMs: 10_000, random: this.#random });
        await sleep(this.#clock, pauseMs, this.#stopping.signal);
        if (this.#isStopping()) return false;
      }
    }
  }

  #commitWithin(delayMs: number): void {
    if (this.#closed) return;
    const atMs = this.#clock.now() + delayMs;
    if (this.#due !== undefined && this.#due.atMs <= atMs) return;
    this.#due?.cancel();
    const cancel = this.#clock.after(delayMs, () => {
      this.#due = undefined;
      this.#commitNow();
    });
    this.#due = { atMs, cancel };
  }

  #commitNow(): void {
    this.#committing ??= this.#commit().finally(() => {
      this.#committing = undefined;
      if (this.#checkpointWanted || this.#nextSeq - 1 > this.#writtenSeq) this.#commitWithin(commitAfterMs);
    });
  }

  async #commit(): Promise<void> {
    const put = this.#waiting.all().filter(({ seq }) => seq > this.#writtenSeq);
    const upTo = this.#nextSeq - 1;
    const state = put.length > 0 || this.#checkpointWanted ? this.#checkpoint() : undefined;
    const gone = this.#gone;
    const step: Step = { version: 1, put, gone, ...(state === undefined ? {} : { checkpoint: state as StepState }) };
    this.#gone = [];
    this.#checkpointWanted = false;
    this.#writtenSeq = upTo;
    const everything = (): readonly Step[] => asSteps(this.#waiting.all(), this.#checkpoint());
    await this.#storage.write(step, everything, this.#waiting.bytes);
    this.#committedSeq = Math.max(this.#committedSeq, upTo);
    this.#kick();
  }

  #drop(entries: readonly Entry[]): void {
    const capacity = this.#capacity;
    for (const { kind, seq } of entries) {
      if (this.#dropped[kind]++ === 0) {
        const message = `the outbox is full: the oldest ${kind}s are dropped, snapshots before events`;
        this.#log.error({ kind, capacity }, message);
      }
      this.#gone.push(seq);
    }
  }
}

type StepState = NonNullable<Step['checkpoint']>;
