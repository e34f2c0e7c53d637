import { open, readdir, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeRecords, encodeRecord } from './record.ts';

/** An append-only file of checksummed records, one segment at a time. Calls must not overlap. */
export interface Journal {
  /** Of the present segment. */
  readonly sizeBytes: number;
  /** Resolves when the record is on the disk. After a failure only `rewrite` helps: nobody knows how the file ends. */
  append(text: string): Promise<void>;
  /** Starts a new segment with these records, published as a whole, and deletes the older ones. */
  rewrite(texts: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** What the folder held when it was opened. */
export interface OpenedJournal {
  readonly journal: Journal;
  /** In the order in which they were written. */
  readonly records: readonly string[];
  /** Of the ends of segments that were torn or damaged, and are cut. */
  readonly cutBytes: number;
}

const segmentName = /^(\d{8})\.journal$/;
const nameOf = (number: number): string => `${String(number).padStart(8, '0')}.journal`;

/**
 * Reads what is in the folder, which must be there. Rejects with Node's file system errors. Nothing is written yet: the
 * first call must be `rewrite`, with all that is still wanted; a torn end is never appended to.
 */
export async function openJournal(folder: string): Promise<OpenedJournal> {
  const numbers = (await readdir(folder))
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
  return { journal: createJournal(folder, numbers), records, cutBytes };
}

function createJournal(folder: string, numbers: readonly number[]): Journal {
  let segments = [...numbers];
  let file: FileHandle | undefined;
  let sizeBytes = 0;

  async function forsake(): Promise<void> {
    const handle = file;
    file = undefined;
    // Its contents are replaced or lost already; a failure to close tells nothing more.
    await handle?.close().catch(() => undefined);
  }

  async function publish(handle: FileHandle, temporary: string, number: number, bytes: Buffer): Promise<void> {
    await handle.writeFile(bytes);
    await handle.sync();
    await rename(temporary, join(folder, nameOf(number)));
    const directory = await open(folder, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    async append(text) {
      if (file === undefined) throw new Error('the journal has no segment to append to');
      const bytes = encodeRecord(text);
      try {
        await file.appendFile(bytes);
        await file.datasync();
      } catch (error) {
        await forsake();
        throw error;
      }
      sizeBytes += bytes.byteLength;
    },
    async rewrite(texts) {
      const number = (segments.at(-1) ?? 0) + 1;
      // A fixed name is safe: there is one writer, and a leftover is overwritten.
      const temporary = join(folder, '.next.tmp');
      const bytes = Buffer.concat(texts.map(encodeRecord));
      const handle = await open(temporary, 'w', 0o600);
      try {
        await publish(handle, temporary, number, bytes);
      } catch (error) {
        await handle.close().catch(() => undefined);
        await rm(temporary, { force: true }).catch(() => undefined);
        throw error;
      }
      await forsake();
      file = handle;
      sizeBytes = bytes.byteLength;
      // A segment that survives its removal is read before the new one, which then says the same once more.
      const old = segments;
      segments = [number];
      for (const segment of old) await rm(join(folder, nameOf(segment)), { force: true }).catch(() => undefined);
    },
    close: forsake,
  };
}
