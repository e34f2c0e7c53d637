import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, realpath, rename, stat, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CliError } from '../command/cli-error.ts';

/**
 * Replaces what a file holds, or makes it, all or nothing, also through a power cut: a temporary file beside it, synced,
 * takes its name. Symlinks are followed and stay; mode and owner are kept; hard links part. Watchers see a rename, no write.
 * `newMode`, less the umask, is for a file that was not there.
 */
export async function replaceFile(path: string, bytes: Uint8Array, { newMode = 0o666 } = {}): Promise<void> {
  try {
    const target = await realpath(path).catch(orMissing(path));
    const known = await stat(target).catch(orMissing(undefined));
    if (known?.isFile() === false) throw new Error('not a regular file');
    const folder = dirname(target);
    const temporary = join(folder, `.${basename(target)}.${randomUUID()}.tmp`);
    try {
      const file = await open(temporary, 'wx', known === undefined ? newMode : 0o600);
      try {
        await file.writeFile(bytes);
        if (known !== undefined) await keepOwnerAndMode(file, known);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw error;
    }
    await syncFolder(folder);
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new CliError('not-writable', `companion: ${path}: not changed: ${text}`, { cause });
  }
}

async function keepOwnerAndMode(file: FileHandle, { uid, gid, mode }: Stats): Promise<void> {
  const made = await file.stat();
  if (made.uid !== uid || made.gid !== gid) await file.chown(uid, gid);
  await file.chmod(mode & 0o7777);
}

/** Takes a missing file for `fallback`. */
const orMissing =
  <T>(fallback: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return fallback;
    throw error;
  };

/** Makes the rename last; some file systems and Windows can't sync a folder, and need not. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The file is whole either way.
  }
}
