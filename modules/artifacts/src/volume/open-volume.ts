import { access, constants, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isTemporary } from '@companion/foundation/node';
import { isDiskFull } from '../core/artifact-error.ts';
import { failPoint } from '../core/fail-point.ts';
import { makeDirectoriesDurably, replaceFileDurably } from './durable.ts';
import { volumeLayout, type VolumeLayout } from './layout.ts';
import { checkPlaces } from './misplaced.ts';
import { partialDigestOf } from './partial-files.ts';
import { Undeletable } from './undeletable.ts';
import { unwritableError } from './unwritable.ts';

/**
 * Makes sure of the volume's directories, tries that it can be written, and sweeps what a cut left behind; only for whom
 * the volume is locked. Rejects with `VOLUME_UNWRITABLE`, or `VOLUME_FAILED` where a name is taken by something else.
 */
export async function openVolume(root: string, undeletable = new Undeletable(root)): Promise<VolumeLayout> {
  const layout = volumeLayout(root);
  await checkPlaces(layout);
  try {
    await makeDirectoriesDurably([
      root,
      layout.releases,
      layout.store,
      layout.copies,
      layout.manifests,
      layout.engines,
      layout.partial,
      layout.staging,
    ]);
    for (const name of await readdir(root)) if (isTemporary(name)) await rm(join(root, name), { force: true });
    failPoint('root-swept');
    await sweep(layout.staging, undeletable, () => true);
    failPoint('staging-swept');
    // Partial downloads are resumed; only what is none goes.
    await sweep(layout.partial, undeletable, (name) => partialDigestOf(name) === undefined);
    failPoint('partial-swept');
    await sweep(layout.manifests, undeletable, isTemporary);
    await probe(layout);
    failPoint('volume-probed');
  } catch (cause) {
    throw await unwritableError(root, cause);
  }
  return layout;
}

async function sweep(directory: string, undeletable: Undeletable, goes: (name: string) => boolean): Promise<void> {
  for (const name of await readdir(directory)) if (goes(name)) await undeletable.removeTree(join(directory, name));
}

/** Each directory may have an owner of its own. */
async function probe({ releases, store, copies, manifests, engines, partial, staging }: VolumeLayout): Promise<void> {
  for (const directory of [releases, store, copies, manifests, engines, partial])
    await access(directory, constants.W_OK | constants.X_OK);
  const file = join(staging, 'probe');
  try {
    await replaceFileDurably(file, '');
  } catch (error) {
    // A full disk can be written again once old releases are gone, which takes an open volume.
    if (!isDiskFull(error)) throw error;
  } finally {
    await rm(file, { force: true });
  }
}
