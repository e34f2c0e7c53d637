import { mkdirSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { checkSpaceSync } from '../volume/space.ts';
import { flushTree } from '../volume/durable.ts';
import { createFileSystemFlusher, type FileSystemFlusher } from '../volume/file-system-flusher.ts';
import { archiveTooLarge, badArchive, type ArchiveLimits } from './archive-failure.ts';
import { checkEntryPath, foldedPath } from './entry-path.ts';
import { createSmallFiles } from './small-files.ts';

/** Writes what an archive holds into an empty directory; every name is checked, modes and owners are ours. */
export interface TreeWriter {
  readonly fileCount: number;
  readonly unpackedBytes: number;
  /** Throws `BAD_ARCHIVE`, `ARCHIVE_TOO_LARGE` or `DISK_FULL`, as all of these do. */
  addDirectory(path: string): void;
  /** Takes the name and the room for a file; the result is where it will stand. */
  reserveFile(path: string, sizeBytes: number): string;
  /** Writes a small file, now or soon; see `SmallFiles`. */
  writeSmall(place: string, chunks: readonly Buffer[]): void;
  openLarge(place: string): Promise<LargeFile>;
  /** Resolves when everything is on the disk, directories included. */
  flush(): Promise<void>;
  /** Lets go of open files; the directory is the caller's to delete. */
  abandon(): Promise<void>;
}

/** A file that is written piece by piece. */
interface LargeFile {
  write(chunk: Buffer): Promise<void>;
  /** Its flush goes on in the background, while the next file is still arriving. */
  close(): Promise<void>;
}

/** From so many files on, one flush of the whole file system beats one for each. */
const manyFiles = 256;
/** After so many more, what is there is flushed while the next ones are unpacked, so that less is left for the end. */
const flushEveryFiles = 4096;

/** An archive that says how much it unpacks to does not exist, so the space is looked at on the way. */
const checkSpaceEveryBytes = 16 * 1024 * 1024;

/** Creates a writer for one archive. `name` is the artifact's, for errors. */
export function createTreeWriter(directory: string, name: string, limits: ArchiveLimits): TreeWriter {
  /** Lower-case path → the path as it was first written: a second `A` beside `a` would be one file on another file system. */
  const taken = new Map<string, { path: string; isDirectory: boolean }>();
  const smallFiles = createSmallFiles();
  const handles = new Set<FileHandle>();
  const flushing = new Set<Promise<void>>();
  let fileCount = 0;
  let entryCount = 0;
  let unpackedBytes = 0;
  let uncheckedBytes = checkSpaceEveryBytes;
  let flushFailure: unknown;
  let flusher: FileSystemFlusher | undefined;
  /** Only ever brings writing forward: the last flush tells whether all of them worked. */
  let flushingEarly: Promise<unknown> | undefined;

  const cleanPathOf = (path: string): string => {
    const checked = checkEntryPath(path);
    if (!checked.ok) throw badArchive(name, checked.reason);
    return checked.path;
  };
  const take = (path: string, isDirectory: boolean): boolean => {
    const key = foldedPath(path);
    const before = taken.get(key);
    if (before === undefined) {
      taken.set(key, { path, isDirectory });
      return true;
    }
    if (before.isDirectory && isDirectory && before.path === path) return false;
    const reason =
      before.isDirectory === isDirectory
        ? before.path === path
          ? 'is in it twice'
          : `differs from ${JSON.stringify(before.path)} only in case`
        : 'is both a file and a directory';
    throw badArchive(name, `entry ${JSON.stringify(path)} ${reason}`);
  };
  /** Files mostly stand beside others, and then all the names above them are known. */
  const knownParents = new Set<string>();
  const makeParent = (path: string): void => {
    const end = path.lastIndexOf('/');
    if (end < 0) return;
    const parent = path.slice(0, end);
    if (knownParents.has(parent)) return;
    makeDirectories(parent);
    knownParents.add(parent);
  };
  const makeDirectories = (path: string): void => {
    for (let end = 0; end >= 0;) {
      end = path.indexOf('/', end + 1);
      const upTo = end < 0 ? path : path.slice(0, end);
      if (!take(upTo, true)) continue;
      countEntry();
      mkdirSync(`${directory}/${upTo}`, 0o755);
    }
  };
  const countEntry = (): void => {
    if (++entryCount > limits.maxEntries) throw archiveTooLarge(name, 'entries', limits.maxEntries);
  };
  const countFile = (): void => {
    if (++fileCount === manyFiles) flusher = createFileSystemFlusher(directory);
    if (fileCount % flushEveryFiles === 0) {
      flushingEarly ??= flusher?.flush().finally(() => (flushingEarly = undefined));
    }
  };
  const flushInBackground = (handle: FileHandle): void => {
    const done = (async () => {
      try {
        await handle.sync();
      } catch (error) {
        flushFailure ??= error;
      }
      handles.delete(handle);
      // A network file system tells here that a write failed.
      await handle.close().catch((error: unknown) => (flushFailure ??= error));
    })();
    flushing.add(done);
    void done.finally(() => flushing.delete(done));
  };

  return {
    get fileCount() {
      return fileCount;
    },
    get unpackedBytes() {
      return unpackedBytes;
    },
    addDirectory(path) {
      const cleanPath = cleanPathOf(path);
      // Counted even where it is there already: a million times `../store/` is a bomb too.
      if (cleanPath === '' || taken.has(foldedPath(cleanPath))) countEntry();
      if (cleanPath !== '') makeDirectories(cleanPath);
    },
    reserveFile(path, sizeBytes) {
      const cleanPath = cleanPathOf(path);
      if (cleanPath === '' || path.endsWith('/')) throw badArchive(name, `file ${JSON.stringify(path)} has no name`);
      makeParent(cleanPath);
      countEntry();
      take(cleanPath, false);
      unpackedBytes += sizeBytes;
      if (unpackedBytes > limits.maxUnpackedBytes) throw archiveTooLarge(name, 'bytes', limits.maxUnpackedBytes);
      countFile();
      uncheckedBytes += sizeBytes;
      if (uncheckedBytes >= checkSpaceEveryBytes) {
        checkSpaceSync({ path: directory, needBytes: sizeBytes, floorBytes: limits.freeBytesFloor });
        uncheckedBytes = 0;
      }
      return `${directory}/${cleanPath}`;
    },
    writeSmall: (place, chunks) => smallFiles.add(place, chunks),
    async openLarge(place) {
      const handle = await open(place, 'wx', 0o644);
      handles.add(handle);
      return {
        write: (chunk) => handle.writeFile(chunk),
        close() {
          flushInBackground(handle);
          return Promise.resolve();
        },
      };
    },
    async flush() {
      await smallFiles.done();
      await Promise.all(flushing);
      await flushingEarly;
      if (flushFailure !== undefined) throw flushFailure as Error;
      if (!(await flusher?.flush())) await flushTree(directory);
      flusher?.close();
    },
    async abandon() {
      // What it is flushing may take its time, and is nobody's any more.
      flusher?.close();
      await smallFiles.abandon();
      await Promise.all(flushing);
      for (const handle of handles) await handle.close();
      handles.clear();
    },
  };
}
