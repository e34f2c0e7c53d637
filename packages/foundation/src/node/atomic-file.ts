import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, realpath, rename, stat, unlink, writeFile, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hasErrno } from './errno.ts';
import { syncDirectory } from './sync-directory.ts';

/** Where a replacement has got to; fault injection cuts it there. */
export type ReplaceStep = 'written' | 'flushed' | 'renamed';

/** What a file is to hold; a stream is written as it comes. */
export type FileData = string | Uint8Array | AsyncIterable<Uint8Array>;

/**
 * Replaces a file as a whole, or makes it: readers see the old contents or the new, also after a power cut. A link of that
 * name is replaced, not followed. When the write, the flush or the rename fails, the temporary file is removed and the old
 * file is as it was; nothing is retried on the same file, since pages of a failed flush may be lost without another error.
 */
export async function replaceFile(
  path: string,
  data: FileData,
  { mode = 0o644, onStep }: { readonly mode?: number; readonly onStep?: (step: ReplaceStep) => void } = {},
): Promise<void> {
  await replaceWith(path, mode, async (file) => {
    await writeFile(file, data);
    await file.chmod(mode);
    onStep?.('written');
    await file.sync();
    onStep?.('flushed');
  });
  onStep?.('renamed');
  await syncDirectory(dirname(path));
}

/**
 * The same for a file that belongs to a person: links are followed and stay, mode and owner are kept, and `newMode`, less
 * the umask, is for a file that was not there. Throws where the path names something else than a file.
 */
export async function rewriteFile(path: string, data: FileData, { newMode = 0o666 } = {}): Promise<void> {
  const target = await realpath(path).catch(missingMeans(path));
  const known = await stat(target).catch(missingMeans(undefined));
  if (known?.isFile() === false) throw new Error('not a regular file');
  await replaceWith(target, known === undefined ? newMode : 0o600, async (file) => {
    await writeFile(file, data);
    if (known !== undefined) await keepOwnerAndMode(file, known);
    await file.sync();
  });
  try {
    await syncDirectory(dirname(target));
  } catch (error) {
    // Some file systems can't sync a directory, and need not; some folders may be written and not read.
    if (!hasErrno(error, 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EACCES')) throw error;
  }
}

/** Whether a name is one that a cut replacement can have left behind. */
export function isTemporary(name: string): boolean {
  return /^\..+\.[0-9a-f-]{36}\.tmp$/.test(name);
}

async function replaceWith(path: string, mode: number, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  // A leftover of a crash must not block the next try, so every name is new.
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await fill(file);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

async function keepOwnerAndMode(file: FileHandle, { uid, gid, mode }: Stats): Promise<void> {
  const made = await file.stat();
  if (made.uid !== uid || made.gid !== gid) await file.chown(uid, gid);
  await file.chmod(mode & 0o7777);
}

/** Takes a missing file for `fallback`. */
function missingMeans<T>(fallback: T): (error: unknown) => T {
  return (error) => {
    if (hasErrno(error, 'ENOENT')) return fallback;
    throw error;
  };
}
