import { mkdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { flushTree } from '../volume/durable.ts';
import type { FileSystemFlusher } from '../volume/file-system-flusher.ts';
import { checkSpaceSync } from '../volume/space.ts';
import { archiveTooLarge, badArchive, type ArchiveLimits } from './archive-failure.ts';
import { checkEntryPath, isAppleDouble, shownPath } from './entry-path.ts';
import { LargeFiles } from './large-files.ts';
import { SmallFile, TreeFile } from './tree-file.ts';
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

/** Up to this size a file is collected in memory and written at once. */
const smallBytes = 128 * 1024;

/** From so many files on, one flush of the whole file system beats one for each. */
const manyFiles = 256;

/** An archive that says how much it unpacks to does not exist, so the space is looked at on the way. */
const checkSpaceEveryBytes = 16 * 1024 * 1024;

const copyChunkBytes = 256 * 1024;

/**
 * Writes what an archive holds into an empty directory; every name is checked, modes and owners are ours. Its methods
 * throw `BAD_ARCHIVE`, `ARCHIVE_TOO_LARGE`, `DISK_FULL` or the volume's own errors.
 */
export class TreeWriter {
  readonly #options: TreeWriterOptions;
  readonly #names: TreeNames;
  readonly #largeFiles = new LargeFiles();
  /** Of the flusher, from before the first write. */
  readonly #flushMark: number;
  readonly #files: { readonly path: string; readonly sha256: string }[] = [];
  #fileCount = 0;
  #skippedCount = 0;
  #entryCount = 0;
  #unpackedBytes = 0;
  /** Bytes since the free space was last looked at. */
  #uncheckedBytes = checkSpaceEveryBytes;

  constructor(options: TreeWriterOptions) {
    this.#options = options;
    this.#names = new TreeNames(options.name);
    this.#flushMark = options.flusher.mark();
  }

  /** Those that were written, with their digests. */
  get files(): readonly { readonly path: string; readonly sha256: string }[] {
    return this.#files;
  }

  get fileCount(): number {
    return this.#fileCount;
  }

  /** Files that macOS keeps beside others, which are left out. */
  get skippedCount(): number {
    return this.#skippedCount;
  }

  get unpackedBytes(): number {
    return this.#unpackedBytes;
  }

  addDirectory(path: string): void {
    const cleanPath = this.#cleanPathOf(path);
    // Counted even where it is there already: a million times `./` is a bomb too.
    if (cleanPath === '' || this.#names.has(cleanPath)) this.#countEntry();
    if (cleanPath !== '' && !isAppleDouble(cleanPath)) this.#makeDirectories(cleanPath);
  }

  /** Begins a file of so many bytes, or of as many as come. Undefined where it is left out, with its contents. */
  async addFile(path: string, sizeBytes: number | undefined): Promise<TreeFile | undefined> {
    const { directory, name } = this.#options;
    const cleanPath = this.#cleanPathOf(path);
    if (cleanPath === '' || path.endsWith('/')) throw badArchive(name, `file ${shownPath(path)} has no name`);
    if (isAppleDouble(cleanPath)) {
      this.#countEntry();
      this.#skippedCount += 1;
      return undefined;
    }
    const parentEnd = cleanPath.lastIndexOf('/');
    if (parentEnd >= 0) this.#makeDirectories(cleanPath.slice(0, parentEnd));
    this.#countEntry();
    this.#names.takeFile(cleanPath);
    this.#fileCount += 1;
    const place = `${directory}/${cleanPath}`;
    const onClose = (sha256: string): void => void this.#files.push({ path: cleanPath, sha256 });
    if (sizeBytes === undefined) {
      return new TreeFile(cleanPath, await this.#largeFiles.open(place), onClose, (bytes) => this.#takeBytes(bytes));
    }
    this.#takeBytes(sizeBytes);
    const sink = sizeBytes <= smallBytes ? new SmallFile(place) : await this.#largeFiles.open(place);
    return new TreeFile(cleanPath, sink, onClose);
  }

  /** A file with the contents of one that was written before, as a hard link in an archive has them. */
  async copyFile(path: string, target: string): Promise<void> {
    const { directory, name } = this.#options;
    const cleanTarget = this.#cleanPathOf(target);
    if (!this.#names.hasFile(cleanTarget)) {
      const reason = `is a hard link to ${shownPath(target)}, which is no file before it in the archive`;
      throw badArchive(name, `entry ${shownPath(path)} ${reason}: pack it again with its target`);
    }
    const place = `${directory}/${cleanTarget}`;
    const { size } = statSync(place);
    const copy = await this.addFile(path, size);
    if (copy === undefined) return;
    const source = await open(place);
    try {
      for (let at = 0; at < size;) {
        const { bytesRead, buffer } = await source.read(Buffer.allocUnsafe(copyChunkBytes), 0, copyChunkBytes, at);
        if (bytesRead === 0) break;
        at += bytesRead;
        await copy.write(buffer.subarray(0, bytesRead));
      }
      copy.close();
    } finally {
      await source.close();
    }
  }

  /** Resolves when everything is on the disk, directories included. */
  async flush(): Promise<void> {
    const { directory, flusher } = this.#options;
    await this.#largeFiles.flush();
    if (this.#fileCount >= manyFiles && (await flusher.flush(directory, this.#flushMark))) return;
    await flushTree(directory);
  }

  /** Lets go of open files; the directory is the caller's to delete. */
  abandon(): Promise<void> {
    return this.#largeFiles.abandon();
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

  /** Before they are written. */
  #takeBytes(sizeBytes: number): void {
    const { directory, name, limits } = this.#options;
    this.#unpackedBytes += sizeBytes;
    if (this.#unpackedBytes > limits.maxUnpackedBytes) throw archiveTooLarge(name, 'bytes', limits.maxUnpackedBytes);
    this.#uncheckedBytes += sizeBytes;
    if (this.#uncheckedBytes < checkSpaceEveryBytes) return;
    checkSpaceSync({ path: directory, needBytes: sizeBytes, floorBytes: limits.freeBytesFloor });
    this.#uncheckedBytes = 0;
  }
}
