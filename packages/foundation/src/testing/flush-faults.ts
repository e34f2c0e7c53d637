import { readlinkSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** Makes flushes of this process fail as a disk does: once, after which the next flush succeeds whatever was lost. Linux only. */
export interface FlushFaults {
  /** Paths whose flush has failed, in order. */
  readonly failed: readonly string[];
  /** Flushes are as ever again. */
  restore(): void;
}

/** From now on a flush of what `fails` says yes to, given its path, rejects with `code`; all others are real. */
export async function injectFlushFaults(fails: (path: string) => boolean, code = 'EIO'): Promise<FlushFaults> {
  const handle = await open('/dev/null');
  const prototype = Object.getPrototypeOf(handle) as Pick<FileHandle, 'sync' | 'datasync'>;
  await handle.close();
  const real = { sync: prototype.sync, datasync: prototype.datasync };
  const failed: string[] = [];
  const faulty = (flush: () => Promise<void>) =>
    async function (this: FileHandle): Promise<void> {
      const path = readlinkSync(`/proc/self/fd/${this.fd}`);
      if (!fails(path)) return flush.call(this);
      failed.push(path);
      throw Object.assign(new Error(`${code}: injected, fsync`), { code, syscall: 'fsync' });
    };
  prototype.sync = faulty(real.sync);
  prototype.datasync = faulty(real.datasync);
  return { failed, restore: () => void Object.assign(prototype, real) };
}
