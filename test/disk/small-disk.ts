import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a tmpfs can be mounted here: that needs root and more, a container may forbid it. */
export const mountable = mayMount();

function mayMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A real file system of this size (`8m`) and for so many files, as a tmpfs; resolves with where it is mounted. */
export async function mountSmallDisk(size: string, files = 100_000): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},nr_inodes=${files}`, 'tmpfs', root]);
  return root;
}

export async function unmountSmallDisk(root: string): Promise<void> {
  execFileSync('umount', [root]);
  await rm(root, { recursive: true, force: true });
}
