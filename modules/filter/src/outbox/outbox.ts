/*
 * add ──▶ waiting ──commit──▶ durable ──send──▶ acknowledged ──commit──▶ forgotten
 *                                        └──can never be sent──▶ set aside ──commit──▶ forgotten
 *
 * Invariants: what is sent was durable before, together with the checkpoint that knows it was raised, so that after a
 * kill it is neither lost nor raised anew under another name; messages are sent in order, one after another, each until
 * the hub has acknowledged it. None waits longer for another message than for the hub itself: see suspects.ts. A kill
 * between the acknowledgement and the commit sends a message twice, with the same id. While the storage is not durable,
 * messages are sent from memory.
 */
import type { Hub, Log, OutputMessage } from '@companion/edge';
import { backoffMs, sleep, type Clock, type JsonValue } from '@companion/foundation';
import { deadLetter } from './dead-letters.ts';
import type { Entry, EntryKind, Step } from './entry.ts';
import { SendCounts, type SendTotals } from './send-counts.ts';
import { blame } from './send-failure.ts';
import { asSteps, type Storage } from './storage.ts';
import { Suspects } from './suspects.ts';
import { Waiting, type Capacity } from './waiting.ts';

/** What waits to be sent, and how it went so far. */
export interface OutboxStats extends SendTotals {
  readonly depth: number;
  readonly bytes: number;
  readonly durable: boolean;
  /** Records of the journal that were damaged at the start, and are lost. */
  readonly lostRecords: number;
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
const backoff = { baseMs: 250, capMs: 10_000 };
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
  readonly #suspects = new Suspects();
  readonly #counts = new SendCounts();
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
  /** The entry that is being sent, and whether it was displaced meanwhile: then it is never sent again. */
  #underWay: { readonly entry: Entry; displaced: boolean } | undefined;
  /** Failures since the last success. */
  #failures = 0;
  /** What came since the last commit. */
  #fresh: Entry[] = [];
  #committing: Promise<void> | undefined;
  /** The next commit. */
  #due: { readonly atMs: number; readonly cancel: () => void } | undefined;
  #closed = false;

  constructor({ hub, storage, capacity, checkpoint, clock, random, log }: OutboxOptions) {
    const lastSeq = storage.remembered.lastSeq;
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
      this.#drop(this.#waiting.add(entry));
    }
    this.#kick();
  }

  /** Takes a message. Call it in the same turn in which the state moved that the checkpoint shows. */
  add(kind: EntryKind, output: string, { body, ...rest }: OutputMessage): void {
    if (this.#closed) return;
    const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
    const entry = { seq: this.#nextSeq++, kind, output, message: { ...rest, body: text } } as Entry;
    this.#drop(this.#waiting.add(entry));
    this.#fresh.push(entry);
    this.#commitWithin(commitAfterMs);
    if (!this.#storage.durable) this.#kick();
  }

  /** Writes the checkpoint with the next commit, which comes at once. */
  saveCheckpoint(): void {
    this.#checkpointWanted = true;
    this.#commitWithin(0);
  }

  stats(): OutboxStats {
    const [depth, bytes, durable] = [this.#waiting.size, this.#waiting.bytes, this.#storage.durable];
    return { depth, bytes, durable, lostRecords: this.#storage.lostRecords, ...this.#counts.totals() };
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

  #next(): Entry | undefined {
    return this.#suspects.pick(this.#sendable());
  }

  *#sendable(): Generator<Entry> {
    for (const entry of this.#waiting.entries()) {
      if (entry.seq > this.#committedSeq && this.#storage.durable) return;
      yield entry;
    }
  }

  #kick(): void {
    if (this.#next() !== undefined && !this.#isStopping()) this.#sending ??= this.#drain();
  }

  async #drain(): Promise<void> {
    for (let entry = this.#next(); entry !== undefined && !this.#isStopping(); entry = this.#next()) {
      const underWay = { entry, displaced: false };
      this.#underWay = underWay;
      const failure = await this.#attempt(entry);
      this.#underWay = undefined;
      if (failure === undefined) this.#acknowledged(entry);
      else if (underWay.displaced) this.#countDropped(entry);
      else await this.#failed(entry, failure.error);
    }
    this.#sending = undefined;
  }

  async #attempt({ output, message }: Entry): Promise<{ readonly error: unknown } | undefined> {
    try {
      await this.#hub.send(output, message as OutputMessage);
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  #acknowledged(entry: Entry): void {
    this.#counts.sent(entry);
    if (this.#failures > 0)
      this.#log.info({ output: entry.output, failures: this.#failures }, 'messages are sent again');
    this.#failures = 0;
    this.#suspects.sent(entry);
    this.#forget(entry.seq);
  }

  /** Sets the message aside, or resolves after a pause, before the next try. */
  async #failed(entry: Entry, error: unknown): Promise<void> {
    if (this.#suspects.failed(entry, blame(error))) {
      this.#layAside(entry, error);
      return;
    }
    if (this.#isStopping()) return;
    this.#failures++;
    const { output } = entry;
    if (this.#failures === 1) this.#log.warn({ output, err: error }, 'a message could not be sent and is tried again');
    const pauseMs = backoffMs(this.#failures, { ...backoff, random: this.#random });
    await sleep(this.#clock, pauseMs, this.#stopping.signal);
  }

  #layAside(entry: Entry, error: unknown): void {
    const letter = deadLetter(entry, { atMs: this.#clock.now(), error });
    this.#counts.setAside(letter);
    this.#storage.setAside(letter);
    this.#log.error({ output: entry.output, err: error }, 'a message that can never be sent is set aside');
    this.#forget(entry.seq);
  }

  #forget(seq: number): void {
    this.#suspects.forget(seq);
    this.#waiting.remove(seq);
    this.#gone.push(seq);
    this.#commitWithin(forgetAfterMs);
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
    const put = this.#fresh.filter(({ seq }) => this.#waiting.has(seq));
    const upTo = this.#nextSeq - 1;
    const state = put.length > 0 || this.#checkpointWanted ? this.#checkpoint() : undefined;
    const gone = this.#gone;
    const step: Step = { version: 1, put, gone, ...(state === undefined ? {} : { checkpoint: state as StepState }) };
    this.#gone = [];
    this.#fresh = [];
    this.#checkpointWanted = false;
    this.#writtenSeq = upTo;
    const everything = (): readonly Step[] =>
      asSteps([...this.#waiting.entries()], { checkpoint: this.#checkpoint(), lastSeq: this.#nextSeq - 1 });
    await this.#storage.write(step, everything, this.#waiting.bytes);
    this.#committedSeq = Math.max(this.#committedSeq, upTo);
    this.#kick();
  }

  #drop(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#suspects.forget(entry.seq);
      this.#gone.push(entry.seq);
      // Whether it arrives is known when its try ends; until then it counts neither as sent nor as dropped.
      if (this.#underWay?.entry === entry) this.#underWay.displaced = true;
      else this.#countDropped(entry);
    }
  }

  #countDropped(entry: Entry): void {
    if (!this.#counts.dropped(entry)) return;
    const { kind } = entry;
    const message = `the outbox is full: the oldest ${kind}s are dropped, snapshots before events`;
    this.#log.error({ kind, capacity: this.#capacity }, message);
  }
}

type StepState = NonNullable<Step['checkpoint']>;
