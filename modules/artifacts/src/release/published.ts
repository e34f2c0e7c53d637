import { access, readdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hasErrno } from '@companion/foundation/node';
import { switchLinkDurably } from '../volume/durable.ts';
import { checkPlace } from '../volume/misplaced.ts';
import type { VolumeLayout } from '../volume/layout.ts';

/** Name of the file that a release's directory carries last: a release without it was never finished. */
export const releaseFile = 'release.json';

/** Ids of the releases that were published whole. */
export async function listPublished(layout: VolumeLayout): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const id of await readdir(layout.releases)) {
    try {
      await access(join(layout.releases, id, releaseFile));
      ids.add(id);
    } catch (error) {
      if (!hasErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
    }
  }
  return ids;
}

/** The id of the release that `current` points at, or undefined where nothing is published yet. */
export async function readCurrent(layout: VolumeLayout): Promise<string | undefined> {
  try {
    return basename(await readlink(layout.current));
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    await checkPlace(layout.current, 'link');
    throw error;
  }
}

/** Makes `current` name a published release; readers see the one before or this one. */
export function switchCurrent(layout: VolumeLayout, id: string): Promise<void> {
  return switchLinkDurably(layout.current, `releases/${id}`);
}
