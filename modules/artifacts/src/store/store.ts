import { link, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '@companion/foundation/node';
import { failPoint } from '../core/fail-point.ts';
import { renameDurably } from '../volume/durable.ts';
import type { VolumeLayout } from '../volume/layout.ts';

/** What came of a download. */
export interface StoredArtifact {
  readonly sha256: string;
  /** The entry's directory. */
  readonly path: string;
}

/** Where the content of a digest stands. */
export function storePath(layout: VolumeLayout, sha256: string): string {
  return join(layout.store, sha256);
}

/** Whether the store has the content of a digest: an entry gets its name only after it was verified, unpacked and flushed. */
export async function isStored(layout: VolumeLayout, sha256: string): Promise<boolean> {
  try {
    return (await stat(storePath(layout, sha256))).isDirectory();
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Gives a staged, flushed tree its name in the store. Two downloads of one digest may race: the second finds it there. */
export async function placeInStore(layout: VolumeLayout, staging: string, sha256: string): Promise<StoredArtifact> {
  const path = storePath(layout, sha256);
  try {
    await renameDurably(staging, path);
    failPoint('content-placed');
  } catch (error) {
    if (!hasErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    await rm(staging, { recursive: true, force: true });
  }
  return { sha256, path };
}

/** What a file system answers that has no hard links (FAT, some network mounts). */
const withoutLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/**
 * A download that is no archive is the entry's only file. It is linked, not moved: a cut before the entry has its name
 * costs the link, which the next start sweeps, and not the download.
 */
export async function stageFile(file: string, staging: string, fileName: string): Promise<void> {
  const staged = join(staging, fileName);
  try {
    await link(file, staged);
  } catch (error) {
    if (!hasErrno(error, ...withoutLinks)) throw error;
    await rename(file, staged);
  }
}

/** Digests whose content is in the store: an entry gets its name only after it was verified, unpacked and flushed. */
export async function listStored(layout: VolumeLayout): Promise<Set<string>> {
  return new Set(await readdir(layout.store));
}
