import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ArtifactError } from '../artifact-error.ts';
import { failPoint } from '../fail-points/fail-point.ts';
import { hasErrno } from './errno.ts';
import { isTemporary, makeDirectoryDurably, writeFileDurably } from './durable.ts';
import { partialDigestOf } from './partial-files.ts';
import { volumeLayout, type VolumeLayout } from './layout.ts';

/** Name of the file that a release's directory carries last: a release without it was never finished. */
export const releaseFile = 'release.json';

/**
 * Makes sure of the volume's directories, tries that it can be written, and sweeps what a cut left behind.
 * Rejects with `VOLUME_UNWRITABLE`.
 */
export async function openVolume(root: string): Promise<VolumeLayout> {
  const layout = volumeLayout(root);
  try {
    for (const directory of [root, layout.releases, layout.store, layout.partial, layout.staging]) {
      await makeDirectoryDurably(directory);
    }
    for (const name of await readdir(root)) if (isTemporary(name)) await rm(join(root, name), { force: true });
    failPoint('root-swept');
    await sweep(layout.staging, () => true);
    failPoint('staging-swept');
    // Partial downloads are resumed; only what is none goes.
    await sweep(layout.partial, (name) => partialDigestOf(name) === undefined);
    failPoint('partial-swept');
    const probe = join(layout.staging, 'probe');
    await writeFileDurably(probe, '');
    await rm(probe);
    failPoint('volume-probed');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ArtifactError('VOLUME_UNWRITABLE', `the volume ${root} can't be written: ${reason}`, {
      retryable: true,
      facts: { root },
      cause,
    });
  }
  return layout;
}

async function sweep(directory: string, goes: (name: string) => boolean): Promise<void> {
  for (const name of await readdir(directory)) {
    if (goes(name)) await rm(join(directory, name), { recursive: true, force: true });
  }
}

/** The id of the release that `current` points at, or undefined where nothing is published yet. */
export async function readCurrent(layout: VolumeLayout): Promise<string | undefined> {
  try {
    return basename(await readlink(layout.current));
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Ids of the releases that were published whole. */
export async function listPublished(layout: VolumeLayout): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const id of await readdir(layout.releases)) {
    try {
      await readFile(join(layout.releases, id, releaseFile));
      ids.add(id);
    } catch (error) {
      if (!hasErrno(error, 'ENOENT') && !hasErrno(error, 'ENOTDIR')) throw error;
    }
  }
  return ids;
}

/** Digests whose content is in the store: an entry gets its name only after it was verified, unpacked and flushed. */
export async function listStored(layout: VolumeLayout): Promise<Set<string>> {
  return new Set(await readdir(layout.store));
}
