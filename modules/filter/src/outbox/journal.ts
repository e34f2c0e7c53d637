import { open, readdir, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isTemporary, replaceFile } from '@companion/foundation/node';
import { decodeRecords, encodeRecord } from './record.ts';

/** A segment as it was found. */
export interface FoundSegment {
  readonly name: string;
  /** In the order in which they were written. */
  readonly records: readonly string[];
  /** Records that were damaged. */
  readonly lost: number;
  /** Of its end, that was torn and is cut. */
  readonly tornBytes: number;
}

/** What the folder held when it was opened. */
export interface OpenedJournal {
  readonly journal: Journal;
  readonly segments: readonly FoundSegment[];
}

const segmentName = /^(\d{8})\.journal$/;
const keptName = /^\d{8}\.damaged$/;
/** Of damaged segments the newest is kept, and others while they are few and small. */
const maxKept = 3;
const maxKeptBytes = 16 * 1024 * 1024;

/**
 * Reads what is in the folder, which must be there. Rejects with Node's file system errors. Nothing is written yet: the
 * first call must be `rewrite`, with all that is still wanted; a torn end is never appended to.
 */
export async function openJournal(folder: string): Promise<OpenedJournal> {
  const names = await readdir(folder);
  const found = names.filter((name) => segmentName.test(name)).sort();
  const segments: FoundSegment[] = [];
  for (const name of found) segments.push({ name, ...decodeRecords(await readFile(join(folder, name))) });
  // Version 0.1 used one fixed name for its temporary files.
  const leftovers = names.filter((name) => isTemporary(name) || name === '.next.tmp');
  return { journal: new Journal(folder, { segments: found, leftovers }), segments };
}

/** An append-only file of checksummed records, one segment at a time. Calls must not overlap. */
export class Journal {
  readonly #folder: string;
  /** The names of the segments on the disk, in order. */
  #segments: readonly string[];
  /** Files that a crash left, to be removed with the first rewrite. */
  #leftovers: readonly string[];
  /** The present segment; undefined before the first rewrite and after a failure. */
  #file: FileHandle | undefined;
  #sizeBytes = 0;

  constructor(folder: string, found: { readonly segments: readonly string[]; readonly leftovers: readonly string[] }) {
    this.#folder = folder;
    this.#segments = found.segments;
    this.#leftovers = found.leftovers;
  }

  /** Of the present segment. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Resolves when the record is on the disk. After a failure only `rewrite` helps: nobody knows how the file ends. */
  async append(text: string): Promise<void> {
    if (this.#file === undefined) throw new Error('the journal has no segment to append to');
    const bytes = encodeRecord(text);
    try {
      await this.#file.appendFile(bytes);
      await this.#file.datasync();
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#sizeBytes += bytes.byteLength;
  }

  /**
   * Starts a new segment with these records, published as a whole, and deletes the older ones; `keep` names those that
   * are put aside instead. Texts are asked for one by one, with time for others between.
   */
  async rewrite(texts: Iterable<string>, keep: readonly string[] = []): Promise<void> {
    const name = nameAfter(this.#segments.at(-1));
    const path = join(this.#folder, name);
    await replaceFile(path, encodeAll(texts), { mode: 0o600 });
    await this.close();
    this.#file = await open(path, 'a');
    this.#sizeBytes = (await this.#file.stat()).size;
    for (const one of keep) await putAside(this.#folder, one);
    // A segment that survives its removal is read before the new one, which then says the same once more.
    const old = [...this.#segments, ...this.#leftovers];
    this.#segments = [name];
    this.#leftovers = [];
    for (const one of old) await rm(join(this.#folder, one), { force: true }).catch(() => undefined);
  }

  /** Closes the present segment. Its contents are safe, replaced or lost already; a failure to close tells nothing more. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined);
  }
}

async function* encodeAll(texts: Iterable<string>): AsyncGenerator<Buffer> {
  for (const text of texts) {
    yield encodeRecord(text);
    await setImmediate();
  }
}

/** The name under which a damaged segment is kept. */
export function keptAs(segment: string): string {
  return segment.replace('.journal', '.damaged');
}

/** Renames a segment for people to look at, and removes kept ones that are too many. What fails here costs only that. */
async function putAside(folder: string, segment: string): Promise<void> {
  try {
    await rename(join(folder, segment), join(folder, keptAs(segment)));
    const kept = (await readdir(folder))
      .filter((name) => keptName.test(name))
      .sort()
      .reverse();
    let bytes = 0;
    for (const [index, name] of kept.entries()) {
      bytes += (await stat(join(folder, name))).size;
      if (index > 0 && (index >= maxKept || bytes > maxKeptBytes)) await rm(join(folder, name), { force: true });
    }
  } catch {
    // It is removed with the others.
  }
}

function nameAfter(segment: string | undefined): string {
  const number = Number(segment === undefined ? 0 : segmentName.exec(segment)?.[1]) + 1;
  return `${String(number).padStart(8, '0')}.journal`;
}
