import type { Readable } from 'node:stream';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { ArtifactError } from '../core/artifact-error.ts';
import { archiveTooLarge, badArchive, unsupportedArchive, type ArchiveLimits } from './archive-failure.ts';
import type { TreeWriter } from './tree-writer.ts';

interface ZipOptions {
  /** The whole, verified file: a zip's directory is at its end, so it can't be unpacked on the way. */
  readonly file: string;
  readonly writer: TreeWriter;
  /** The artifact's, for errors. */
  readonly name: string;
  readonly limits: ArchiveLimits;
  readonly signal: AbortSignal;
}

/** Unpacks a zip file. Rejects with `BAD_ARCHIVE`, `ARCHIVE_UNSUPPORTED`, `ARCHIVE_TOO_LARGE`, or the volume's own error. */
export async function unpackZip({ file, writer, name, limits, signal }: ZipOptions): Promise<void> {
  const zip = await sound(name, () =>
    openPromise(file, { autoClose: false, lazyEntries: true, strictFileNames: true }),
  );
  try {
    if (zip.entryCount > limits.maxEntries) throw archiveTooLarge(name, 'entries', limits.maxEntries);
    const entries = zip.eachEntry();
    for (;;) {
      signal.throwIfAborted();
      const next = await sound(name, () => entries.next());
      if (next.done === true) break;
      await unpackEntry(zip, next.value, writer, name, signal);
    }
  } finally {
    zip.close();
  }
}

async function unpackEntry(
  zip: ZipFile,
  entry: Entry,
  writer: TreeWriter,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const path = entry.fileName;
  const refusal = typeRefusal(entry);
  if (refusal !== undefined) throw badArchive(name, `entry ${JSON.stringify(path)} ${refusal}`);
  if (path.endsWith('/')) {
    writer.addDirectory(path);
    return;
  }
  if (entry.isEncrypted()) throw unsupportedArchive(name, `entry ${JSON.stringify(path)} is encrypted`);
  if (!entry.canDecodeFileData()) {
    throw unsupportedArchive(name, `entry ${JSON.stringify(path)} is compressed in a way that is not supported`);
  }
  const place = writer.reserveFile(path, entry.uncompressedSize);
  const contents: Readable = await sound(name, () => zip.openReadStreamPromise(entry));
  // It is read already while the file is being opened: what is found wrong by then must wait for the first `next`.
  contents.on('error', () => undefined);
  const out = await writer.openLarge(place);
  try {
    const chunks = contents[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    for (;;) {
      signal.throwIfAborted();
      // yauzl checks that there come just as many bytes as the directory says.
      const next = await sound(name, () => chunks.next());
      if (next.done === true) break;
      await out.write(next.value);
    }
    out.close();
  } finally {
    contents.destroy();
  }
}

/** Where the archive was made on Unix, the upper half of the attributes is the file's mode. */
function typeRefusal(entry: Entry): string | undefined {
  const madeOnUnix = entry.versionMadeBy >> 8 === 3;
  const type = (entry.externalFileAttributes >>> 16) & 0o170_000;
  if (!madeOnUnix || type === 0 || type === 0o100_000 || type === 0o040_000) return undefined;
  return type === 0o120_000 ? 'is a link, and only files and directories are taken' : 'is a device or the like';
}

/** Whatever reading the archive throws is the archive's fault, unless the system says that it is its own. */
async function sound<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ArtifactError || !(error instanceof Error)) throw error;
    if ('syscall' in error) throw error;
    throw badArchive(name, `is no sound zip file (${error.message.slice(0, 200)})`, error);
  }
}
