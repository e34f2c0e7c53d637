import { access, constants, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { failPoint } from '../core/fail-point.ts';
import { hasErrno } from '../core/errno.ts';
import { isTemporary, makeDirectoriesDurably, writeFileDurably } from './durable.ts';
import { partialDigestOf } from './partial-files.ts';
import { volumeLayout, type VolumeLayout } from './layout.ts';
import { removeTree } from './remove-tree.ts';
import { unwritableError } from './unwritable.ts';

/** Name of the file that a release's directory carries last: a release without it was never finished. */
export const releaseFile = 'release.json';

/**
 * Makes sure of the volume's directories, tries that it can be written, and sweeps what a cut left behind; only for whom
 * the volume is locked. Rejects with `VOLUME_UNWRITABLE`.
 */
export async function openVolume(root: string): Promise<VolumeLayout> {
  const layout = volumeLayout(root);
  await prepareVolume(layout);
  return layout;
}

/** `openVolume` for who has the layout already. */
export async function prepareVolume(layout: VolumeLayout): Promise<void> {
  const { root } = layout;
  try {
    await makeDirectoriesDurably([root, layout.releases, layout.store, layout.partial, layout.staging]);
    for (const name of await readdir(root)) if (isTemporary(name)) await rm(join(root, name), { force: true });
    failPoint('root-swept');
    await sweep(layout, layout.staging, () => true);
    failPoint('staging-swept');
    // Partial downloads are resumed; only what is none goes.
    await sweep(layout, layout.partial, (name) => partialDigestOf(name) === undefined);
    failPoint('partial-swept');
    await probe(layout);
    failPoint('volume-probed');
  } catch (cause) {
    throw await unwritableError(root, cause);
  }
}

async function sweep(layout: VolumeLayout, directory: string, goes: (name: string) => boolean): Promise<void> {
  for (const name of await readdir(directory)) if (goes(name)) await removeTree(layout, join(directory, name));
}

/** Each directory may have an owner of its own. */
async function probe({ releases, store, partial, staging }: VolumeLayout): Promise<void> {
  for (const directory of [releases, store, partial]) await access(directory, constants.W_OK | constants.X_OK);
  const file = join(staging, 'probe');
  try {
    await writeFileDurably(file, '');
  } catch (error) {
    // A full disk can be written again once old releases are gone, which takes an open volume.
    if (!hasErrno(error, 'ENOSPC') && !hasErrno(error, 'EDQUOT')) throw error;
  }
  await rm(file, { force: true });
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
