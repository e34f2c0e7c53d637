import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { failPoint } from '../core/fail-point.ts';
import { flushTree } from '../volume/durable.ts';
import { releaseFile } from './published.ts';

/**
 * Puts every file and link of a staged release over the one of the published release, by renames: who has a file open
 * keeps it, and who opens one gets the old or the new. What the staged release does not have is left alone; its
 * description goes last.
 */
export async function mergeTree(staged: string, final: string): Promise<void> {
  await mergeFolder(staged, final);
  await rename(join(staged, releaseFile), join(final, releaseFile));
  await flushTree(final);
  failPoint('release-mended');
}

async function mergeFolder(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    const there = await lstat(target).catch(() => undefined);
    if (entry.isDirectory()) {
      if (there?.isDirectory() === false) await rm(target);
      if (there?.isDirectory() !== true) await mkdir(target);
      await mergeFolder(source, target);
    } else {
      if (there?.isDirectory() === true) await rm(target, { recursive: true });
      if (entry.name === releaseFile) continue;
      await rename(source, target);
      failPoint('release-file-mended');
    }
  }
}
