import { lstat } from 'node:fs/promises';
import { ArtifactError } from '../core/artifact-error.ts';
import type { VolumeLayout } from './layout.ts';

/** What the module keeps under a name of the volume. */
type Place = 'directory' | 'file' | 'link';

const shown: Readonly<Record<Place, string>> = { directory: 'a directory', file: 'a file', link: 'a link' };

/**
 * Rejects with a retryable `VOLUME_FAILED` where a name of the volume is taken by something else: a container that mounts
 * a path that is not there yet makes a directory of it, for one. What is there is nobody's but its owner's to move.
 */
export async function checkPlaces(layout: VolumeLayout): Promise<void> {
  for (const path of [layout.releases, layout.store, layout.copies, layout.manifests, layout.partial, layout.staging])
    await checkPlace(path, 'directory');
  for (const path of [layout.state, layout.supervisor]) await checkPlace(path, 'file');
  await checkPlace(layout.current, 'link');
}

/** The same for one path; what is not there is as it should be. */
export async function checkPlace(path: string, wanted: Place): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return;
  const found: Place = stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'link' : 'file';
  // A link to a directory or a file is somebody's way to keep it elsewhere.
  if (found === wanted || (found === 'link' && wanted !== 'link')) return;
  throw new ArtifactError(
    'VOLUME_FAILED',
    `${path} is ${shown[found]}, where the module keeps ${shown[wanted]}: move it away (mv ${path} ${path}.old); a container that mounts ${path} itself makes such a directory, and must mount the volume's root instead`,
    { retryable: true, facts: { path, expected: wanted, found } },
  );
}
