import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { flushTree } from '../volume/durable.ts';
import type { FileSystemFlusher } from '../volume/file-system-flusher.ts';
import { checkSpaceSync } from '../volume/space.ts';
import { archiveTooLarge, badArchive, type ArchiveLimits } from './archive-failure.ts';
import { checkEntryPath } from './entry-path.ts';
import { TreeNames } from './tree-names.ts';

interface TreeWriterOptions {
  /** An empty directory. */
  readonly directory: string;
  /** The artifact's, for errors. */
  readonly name: string;
  readonly limits: ArchiveLimits;
  /** The one of all that write to this volume. */
  readonly flusher: FileSystemFlusher;
}

/** A file that is written piece by piece. */
export interface LargeFile {
  write(chunk: Buffer): Promise<void>;
  /** The flush goes on in the background, while the next file is still arriving; `TreeWriter.flush` waits for it. */
  close(): void;
}

/** From so many files on, one flush of the whole file system beats one for each. */
const manyFiles = 256;

/** An archive that says how much it unpacks to does not exist, so the space is looked at on the way. */
const checkSpaceEveryBytes = 16 * 1024 * 1024;

/** As `wx`, which Node would look up again for every file. */
const createNew = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/**
 * Writes what an archive holds into an empty directory; every name is checked, modes and owners are ours. Its methods
 * throw `BAD_ARCHIVE`, `ARCHIVE_TOO_LARGE`, `DISK_FULL` or the volume's own errors.
 */
export class TreeWriter {
  readonly #options: TreeWriterOptions;
  readonly #names: TreeNames;
  /** Large files that are open. */
  readonly #handles = new Set<FileHandle>();
  /** Flushes of large files under way. */
  readonly #flushing = new Set<Promise<void>>();
  /** Of the flusher, from before the first write. */
  readonly #flushMark: number;
  #fileCount = 0;
  #entryCount = 0;
  #unpackedBytes = 0;
  /** Bytes since the free space was last looked at. */
  #uncheckedBytes = checkSpaceEveryBytes;
  /** Why a large file could not be flushed; nothing of this tree is believed then. */
  #flushFailure: unknown;

  constructor(options: TreeWriterOptions) {
    this.#options = options;
    this.#names = new TreeNames(options.name);
    this.#flushMark = options.flusher.mark();
  }

  get fileCount(): number {
    return this.#fileCount;
  }

  get unpackedBytes(): number {
    return this.#unpackedBytes;
  }

  addDirectory(path: string): void {
    const cleanPath = this.#cleanPathOf(path);
    // Counted even where it is there already: a million times `./` is a bomb too.
    if (cleanPath === '' || this.#names.has(cleanPath)) this.#countEntry();
    if (cleanPath !== '') this.#makeDirectories(cleanPath);
  }

  /** Takes the name and the room for a file; the result is its absolute path. */
  reserveFile(path: string, sizeBytes: number): string {
    const { directory, name, limits } = this.#options;
    const cleanPath = this.#cleanPathOf(path);
    if (cleanPath === '' || path.endsWith('/')) throw badArchive(name, `file ${JSON.stringify(path)} has no name`);
    const parentEnd = cleanPath.lastIndexOf('/');
    if (parentEnd >= 0) this.#makeDirectories(cleanPath.slice(0, parentEnd));
    this.#countEntry();
    this.#names.takeFile(cleanPath);
    this.#fileCount += 1;
    this.#unpackedBytes += sizeBytes;
    if (this.#unpackedBytes > limits.maxUnpackedBytes) throw archiveTooLarge(name, 'bytes', limits.maxUnpackedBytes);
    this.#uncheckedBytes += sizeBytes;
    if (this.#uncheckedBytes >= checkSpaceEveryBytes) {
      checkSpaceSync({ path: directory, needBytes: sizeBytes, floorBytes: limits.freeBytesFloor });
      this.#uncheckedBytes = 0;
    }
    return `${directory}/${cleanPath}`;
  }

  /** Writes a small file in one go, never over one that is there: the thread pool would take longer than the write. */
  writeSmall(place: string, pieces: readonly Buffer[]): void {
    const descriptor = openSync(place, createNew, 0o644);
    try {
      const content = Buffer.concat(pieces);
      for (let at = 0; at < content.length;) at += writeSync(descriptor, content, at);
    } finally {
      closeSync(descriptor);
    }
  }

  async openLarge(place: string): Promise<LargeFile> {
    const handle = await open(place, 'wx', 0o644);
    this.#handles.add(handle);
    return {
      write: (chunk) => handle.writeFile(chunk),
      close: () => this.#flushInBackground(handle),
    };
  }

  /** Resolves when everything is on the disk, directories included. */
  async flush(): Promise<void> {
    const { directory, flusher } = this.#options;
    await Promise.all(this.#flushing);
    if (this.#flushFailure !== undefined) throw this.#flushFailure as Error;
    if (this.#fileCount >= manyFiles && (await flusher.flush(directory, this.#flushMark))) return;
    await flushTree(directory);
  }

  /** Lets go of open files; the directory is the caller's to delete. */
  async abandon(): Promise<void> {
    await Promise.all(this.#flushing);
    for (const handle of this.#handles) await handle.close();
    this.#handles.clear();
  }

  #cleanPathOf(path: string): string {
    const checked = checkEntryPath(path);
    if (!checked.ok) throw badArchive(this.#options.name, checked.reason);
    return checked.path;
  }

  #makeDirectories(path: string): void {
    for (const made of this.#names.takeDirectories(path)) {
      this.#countEntry();
      mkdirSync(`${this.#options.directory}/${made}`, 0o755);
    }
  }

  #countEntry(): void {
    const { name, limits } = this.#options;
    this.#entryCount += 1;
    if (this.#entryCount > limits.maxEntries) throw archiveTooLarge(name, 'entries', limits.maxEntries);
  }

  #flushInBackground(handle: FileHandle): void {
    const done = this.#flushAndClose(handle);
    this.#flushing.add(done);
    void done.finally(() => this.#flushing.delete(done));
  }

  async #flushAndClose(handle: FileHandle): Promise<void> {
    await handle.sync().catch((error: unknown) => (this.#flushFailure ??= error));
    this.#handles.delete(handle);
    // A network file system tells here that a write failed.
    await handle.close().catch((error: unknown) => (this.#flushFailure ??= error));
  }
}
