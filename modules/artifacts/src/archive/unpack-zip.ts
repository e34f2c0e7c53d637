import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { getFileNameLowLevel, openPromise, type Entry, type ZipFile } from 'yauzl';
import { ArtifactError } from '../core/artifact-error.ts';
import { archiveTooLarge, badArchive, unsupportedArchive, type ArchiveLimits } from './archive-failure.ts';
import { shownPath } from './entry-path.ts';
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
  const zip = await sound(name, () => openPromise(file, { autoClose: false, lazyEntries: true, decodeStrings: false }));
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
  const path = nameOf(entry);
  const refusal = typeRefusal(entry);
  if (refusal !== undefined) throw badArchive(name, `entry ${shownPath(path)} ${refusal}`);
  if (path.endsWith('/') || unixTypeOf(entry) === directoryType) {
    writer.addDirectory(path);
    return;
  }
  if (entry.isEncrypted()) {
    throw unsupportedArchive(name, `entry ${shownPath(path)} is encrypted: pack it again without a password`);
  }
  if (!entry.canDecodeFileData()) throw unsupportedArchive(name, `entry ${shownPath(path)} ${methodRefusal(entry)}`);
  const contents: Readable = await sound(name, () => zip.openReadStreamPromise(entry));
  // It is read already while the file is being opened: what is found wrong by then must wait for the first `next`.
  contents.on('error', () => undefined);
  try {
    const out = await writer.addFile(path, entry.uncompressedSize);
    const chunks = contents[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    let sum = 0;
    for (;;) {
      signal.throwIfAborted();
      // yauzl checks that there come just as many bytes as the directory says.
      const next = await sound(name, () => chunks.next());
      if (next.done === true) break;
      sum = crc32(next.value, sum);
      await out?.write(next.value);
    }
    if (sum !== entry.crc32) throw badArchive(name, `entry ${shownPath(path)} is damaged: its CRC is wrong`);
    out?.close();
  } finally {
    contents.destroy();
  }
}

/**
 * UTF-8 where it is that, said so or not (macOS never says it), otherwise code page 437, as the format has it (APPNOTE
 * 6.3.10, appendix D); a Unicode name beside it goes first. Compress-Archive of older PowerShells writes `\` for `/`.
 */
function nameOf({ fileNameRaw, extraFields }: Entry): string {
  return getFileNameLowLevel(isUtf8(fileNameRaw) ? utf8Flag : 0, fileNameRaw, extraFields, false);
}

function methodRefusal({ compressionMethod }: Entry): string {
  return `is compressed by method ${compressionMethod}, and only 0 (stored) and 8 (deflated) are taken: pack it with zip or as tar.gz`;
}

const utf8Flag = 0x800;
const directoryType = 0o040_000;

/** Where the archive was made on Unix, the upper half of the attributes is the file's mode; 0 where it says nothing. */
function unixTypeOf({ versionMadeBy, externalFileAttributes }: Entry): number {
  return versionMadeBy >> 8 === 3 ? (externalFileAttributes >>> 16) & 0o170_000 : 0;
}

function typeRefusal(entry: Entry): string | undefined {
  const type = unixTypeOf(entry);
  if (type === 0 || type === 0o100_000 || type === directoryType) return undefined;
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
