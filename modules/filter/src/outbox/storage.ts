/*
 * Where the outbox and the checkpoint live.
 *
 *   memory ◀──no folder── opening ──readable, writable──▶ disk ──a write fails──▶ failing ──a later rewrite works──▶ disk
 *
 * In memory and while failing nothing is durable, and the module goes on all the same. A folder that can't be read is
 * left alone for the life of the process: what is in it was not seen, and must not be overwritten.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckResult, Log } from '@companion/edge';
import type { Clock, JsonValue } from '@companion/foundation';
import { hasErrno } from '@companion/foundation/node';
import { DeadLetters, type DeadLetter } from './dead-letters.ts';
import { entryBytes, type Entry, type Step } from './entry.ts';
import { keptAs, openJournal, type FoundSegment, type Journal } from './journal.ts';
import { recall, type Remembered } from './recall.ts';

/** The durable side of the outbox. Calls of `write` must not overlap. */
export interface Storage {
  /** What an earlier process left, in order. */
  readonly remembered: Remembered;
  /** Records of the journal that were damaged and are lost. */
  readonly lostRecords: number;
  /** Whether what is written now survives the process. */
  readonly durable: boolean;
  /**
   * Makes a step durable, and resolves to whether it is. `everything` gives the whole as steps, for the times when the
   * journal is written anew; `liveBytes` is about its size. Never rejects.
   */
  write(step: Step, everything: () => readonly Step[], liveBytes: number): Promise<boolean>;
  /** Keeps a message that can never be sent, for people. */
  setAside(letter: DeadLetter): void;
  /** For /healthz. Without a folder it is fine, and says so; a folder that does not work is not. */
  health(): CheckResult;
  close(): Promise<void>;
}

/** The journal is written anew when it holds this much more than twice what lives. */
const slackBytes = 4 * 1024 * 1024;
const retryMs = 10_000;

/** Nothing survives the process; `reason` says why, for people. */
export class MemoryStorage implements Storage {
  readonly remembered = recall([]);
  readonly lostRecords = 0;
  readonly durable = false;
  readonly #health: CheckResult;

  constructor(reason: string, options: { readonly ok: boolean }) {
    this.#health = { ok: options.ok, detail: `in memory: ${reason}` };
  }

  write(): Promise<boolean> {
    return Promise.resolve(false);
  }

  /** The log line about it is all that is left. */
  setAside(): void {
    return undefined;
  }

  health(): CheckResult {
    return this.#health;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Opens `<root>/outbox`. Never rejects: where the folder can't be used the storage is in memory, and the log says so. */
export async function openStorage(options: {
  readonly root: string;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<Storage> {
  const { root, clock, log } = options;
  const folder = join(root, 'outbox');
  try {
    // The root itself is never made: an unbound path would fill the container's own layer and be gone with it.
    await mkdir(folder).catch((error: unknown) => {
      if (!hasErrno(error, 'EEXIST')) throw error;
    });
    const { journal, segments } = await openJournal(folder);
    const remembered = recall(segments);
    const { lostRecords, keep } = judge(segments, remembered, { folder, log });
    const storage = new DiskStorage({ folder, journal, remembered, lostRecords, keep, clock, log });
    await storage.begin();
    return storage;
  } catch (error) {
    const absent = hasErrno(error, 'ENOENT');
    const reason = absent ? `there is no folder ${root}` : `${folder} can't be used (${describe(error)})`;
    log.warn({ root, err: absent ? undefined : error }, `events and states are kept in memory only: ${reason}`);
    return new MemoryStorage(reason, { ok: absent });
  }
}

/** Says what is wrong with the segments that were found, and which of them are to be kept aside. */
function judge(
  segments: readonly FoundSegment[],
  { foreign }: Remembered,
  { folder, log }: { readonly folder: string; readonly log: Log },
): { readonly lostRecords: number; readonly keep: readonly string[] } {
  const sum = (of: (segment: FoundSegment) => number): number => segments.reduce((all, one) => all + of(one), 0);
  const [lostRecords, cutBytes] = [sum(({ lost }) => lost), sum(({ tornBytes }) => tornBytes)];
  const keep = segments.filter(({ lost }) => lost > 0 || foreign > 0).map(({ name }) => name);
  const kept = keep.map((name) => join(folder, keptAs(name)));
  if (cutBytes > 0) log.warn({ folder, cutBytes }, 'the journal had a torn end, which is cut');
  if (lostRecords > 0) {
    log.error({ lostRecords, kept }, 'the journal was damaged: so many of its records are lost, the others are read');
  }
  if (foreign > 0)
    log.error({ foreign, kept }, 'the journal has records that this version can’t read; they are left out');
  return { lostRecords, keep };
}

interface DiskStorageOptions {
  readonly folder: string;
  readonly journal: Journal;
  readonly remembered: Remembered;
  readonly lostRecords: number;
  /** Segments that are to be kept aside. */
  readonly keep: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

/** A journal on the disk. */
class DiskStorage implements Storage {
  readonly remembered: Remembered;
  readonly lostRecords: number;
  readonly #folder: string;
  readonly #journal: Journal;
  /** Damaged segments that the next rewrite puts aside. */
  #keep: readonly string[];
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #deadLetters: DeadLetters;
  /** Why the disk can't be written; undefined while it can. */
  #failure: string | undefined;
  /** When a failed disk is tried again. */
  #retryAtMs = 0;

  constructor({ folder, journal, remembered, lostRecords, keep, clock, log }: DiskStorageOptions) {
    this.remembered = remembered;
    this.lostRecords = lostRecords;
    this.#keep = keep;
    this.#folder = folder;
    this.#journal = journal;
    this.#clock = clock;
    this.#log = log;
    this.#deadLetters = new DeadLetters(join(folder, 'dead-letter.jsonl'), log);
  }

  get durable(): boolean {
    return this.#failure === undefined;
  }

  /** Cuts a torn end, and finds out whether the folder can be written. */
  async begin(): Promise<void> {
    const { entries, checkpoint, lastSeq } = this.remembered;
    await this.#rewrite(asSteps(entries, { checkpoint, lastSeq }));
  }

  async write(step: Step, everything: () => readonly Step[], liveBytes: number): Promise<boolean> {
    if (this.#failure !== undefined) {
      // A wall clock that was set back must not put the next try off for hours.
      const waitMs = this.#retryAtMs - this.#clock.now();
      return waitMs > 0 && waitMs <= retryMs ? false : this.#rewrite(everything());
    }
    const written = await this.#attempt(() => this.#journal.append(JSON.stringify(step)));
    if (!written || this.#journal.sizeBytes <= slackBytes + 2 * liveBytes) return written;
    return this.#rewrite(everything());
  }

  health(): CheckResult {
    return { ok: this.#failure === undefined, detail: this.#failure ?? `on disk: ${this.#folder}` };
  }

  setAside(letter: DeadLetter): void {
    this.#deadLetters.add(letter);
  }

  async close(): Promise<void> {
    await this.#deadLetters.settle();
    await this.#journal.close();
  }

  #rewrite(steps: readonly Step[]): Promise<boolean> {
    return this.#attempt(async () => {
      await this.#journal.rewrite(textsOf(steps), this.#keep);
      this.#keep = [];
    });
  }

  async #attempt(write: () => Promise<void>): Promise<boolean> {
    const folder = this.#folder;
    try {
      await write();
      if (this.#failure !== undefined) this.#log.info({ folder }, 'events and states are on the disk again');
      this.#failure = undefined;
      return true;
    } catch (error) {
      if (this.#failure === undefined) {
        this.#log.error({ folder, err: error }, "the disk can't be written; events and states are kept in memory only");
      }
      this.#failure = `${folder} can't be written (${describe(error)})`;
      this.#retryAtMs = this.#clock.now() + retryMs;
      return false;
    }
  }
}

/** About what one step of a rewrite holds: it is written in one go. */
const stepBytes = 1024 * 1024;

/** The whole as steps of a moderate size each. `lastSeq` is kept, so that no number is ever used again. */
export function asSteps(
  entries: readonly Entry[],
  { checkpoint, lastSeq }: { readonly checkpoint: JsonValue | undefined; readonly lastSeq: number },
): readonly Step[] {
  const steps: Step[] = [];
  if (lastSeq > (entries.at(-1)?.seq ?? 0)) steps.push({ version: 1, gone: [lastSeq] });
  let [put, bytes] = [[] as Entry[], 0];
  for (const entry of entries) {
    if (put.length > 0 && bytes + entryBytes(entry) > stepBytes) {
      steps.push({ version: 1, put });
      [put, bytes] = [[], 0];
    }
    put.push(entry);
    bytes += entryBytes(entry);
  }
  if (put.length > 0) steps.push({ version: 1, put });
  if (checkpoint !== undefined) steps.push({ version: 1, checkpoint: checkpoint as NonNullable<Step['checkpoint']> });
  return steps;
}

function* textsOf(steps: readonly Step[]): Generator<string> {
  for (const step of steps) yield JSON.stringify(step);
}

function describe(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
