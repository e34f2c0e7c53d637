import { open } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Unpack } from 'tar';
import { ArtifactError } from '../artifact-error.ts';

/** What a download is, told from its first bytes (names and content types lie). */
export type ContentKind = 'tar.gz' | 'zip' | 'file';

/** Tells what a file is from its magic number. */
export async function contentKindOf(file: string): Promise<ContentKind> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    if (bytesRead >= 2 && buffer[0] === 0x1f && buffer[1] === 0x8b) return 'tar.gz';
    return bytesRead === 4 && buffer.readUInt32BE(0) === 0x504b0304 ? 'zip' : 'file';
  } finally {
    await handle.close();
  }
}

/** Kinds of tar entries that carry nothing but plain content. */
const plainTypes: ReadonlySet<string> = new Set(['File', 'OldFile', 'ContiguousFile', 'Directory', 'GNUDumpDir']);

/**
 * Unpacks a tar.gz into an empty directory. Links, devices, absolute paths and `..` are refused, modes and owners are ours.
 * Rejects with `BAD_ARCHIVE`; the directory is then to be thrown away.
 */
export async function unpackTarGz(file: string, directory: string, name: string, signal: AbortSignal): Promise<void> {
  let refused: string | undefined;
  const unpack = new Unpack({
    cwd: directory,
    strict: true,
    noMtime: true,
    preserveOwner: false,
    // Whoever made the archive does not decide what may be run or written here.
    fmode: 0o644,
    dmode: 0o755,
    filter: (path, entry) => {
      refused ??= refusal(path, 'type' in entry ? entry.type : 'File');
      return refused === undefined;
    },
    transform: (entry) => {
      entry.mode = entry.type === 'Directory' ? 0o755 : 0o644;
    },
  });
  try {
    await pipeline(createReadStream(file), unpack, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw badArchive(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (refused !== undefined) throw badArchive(name, refused);
}

function refusal(path: string, type: string): string | undefined {
  if (!plainTypes.has(type))
    return `entry ${JSON.stringify(path)} is a ${type}, and only files and directories are taken`;
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return `entry ${JSON.stringify(path)} has an absolute path`;
  if (path.split(/[/\\]/).includes('..')) return `entry ${JSON.stringify(path)} leaves the archive's own folder`;
  return undefined;
}

function badArchive(name: string, reason: string, cause?: unknown): ArtifactError {
  return new ArtifactError('BAD_ARCHIVE', `${name}: ${reason}`, { retryable: false, facts: { reason }, cause });
}
