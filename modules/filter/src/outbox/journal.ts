import { open, readdir, readFile, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { isTemporary, replaceFile } from '@companion/foundation/node';
import { decodeRecords, encodeRecord } from './record.ts';

/** What the folder held when it was opened. */
export interface OpenedJournal {
  readonly journal: Journal;
  /** In the order in which they were written. */
  readonly records: readonly string[];
  /** Of the ends of segments that were torn or damaged, and are cut. */
  readonly cutBytes: number;
}

const segmentName = /^(\d{8})\.journal$/;

/**
 * Reads what is in the folder, which must be there. Rejects with Node's file system errors. Nothing is written yet: the
 * first call must be `rewrite`, with all that is still wanted; a torn end is never appended to.
 */
export async function openJournal(folder: string): Promise<OpenedJournal> {
  const names = await readdir(folder);
  const numbers = names
    .map((name) => segmentName.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
  const records: string[] = [];
  let cutBytes = 0;
  for (const number of numbers) {
    const bytes = await readFile(join(folder, nameOf(number)));
    const decoded = decodeRecords(bytes);
    records.push(...decoded.records);
    cutBytes += bytes.byteLength - decoded.goodBytes;
  }
  // Version 0.1 used one fixed name for its temporary files.
  const leftovers = names.filter((name) => isTemporary(name) || name === '.next.tmp');
  return { journal: new Journal(folder, { numbers, leftovers }), records, cutBytes };
}

/** An append-only file of checksummed records, one segment at a time. Calls must not overlap. */
export class Journal {
  readonly #folder: string;
  /** The numbers of the segments on the disk. */
  #segments: readonly number[];
  /** Files that a crash left, to be removed with the first rewrite. */
  #leftovers: readonly string[];
  /** The present segment; undefined before the first rewrite and after a failure. */
  #file: FileHandle | undefined;
  #sizeBytes = 0;

  constructor(folder: string, found: { readonly numbers: readonly number[]; readonly leftovers: readonly string[] }) {
    this.#folder = folder;
    this.#segments = found.numbers;
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

  /** Starts a new segment with these records, published as a whole, and deletes the older ones. */
  async rewrite(texts: readonly string[]): Promise<void> {
    const number = (this.#segments.at(-1) ?? 0) + 1;
    const path = join(this.#folder, nameOf(number));
    const bytes = Buffer.concat(texts.map(encodeRecord));
    await replaceFile(path, bytes, { mode: 0o600 });
    await this.close();
    this.#file = await open(path, 'a');
    this.#sizeBytes = bytes.byteLength;
    // A segment that survives its removal is read before the new one, which then says the same once more.
    const old = [...this.#segments.map(nameOf), ...this.#leftovers];
    this.#segments = [number];
    this.#leftovers = [];
    for (const name of old) await rm(join(this.#folder, name), { force: true }).catch(() => undefined);
  }

  /** Closes the present segment. Its contents are safe, replaced or lost already; a failure to close tells nothing more. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined);
  }
}

function nameOf(number: number): string {
  return `${String(number).padStart(8, '0')}.journal`;
}
