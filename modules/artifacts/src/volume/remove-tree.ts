import { rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { hasErrno } from '../core/errno.ts';
import type { VolumeLayout } from './layout.ts';

/**
 * Removes a file, or a directory with all that is in it. What another user made inside may have to stay (DeepStream runs
 * as root and writes beside its models): that is noted in `layout.undeletable` and stands in nobody's way. Rejects with
 * the file system's other errors.
 */
export async function removeTree(layout: VolumeLayout, path: string): Promise<void> {
  const name = relative(layout.root, path);
  try {
    await rm(path, { recursive: true, force: true });
    layout.undeletable.delete(name);
  } catch (error) {
    if (!hasErrno(error, 'EACCES') && !hasErrno(error, 'EPERM')) throw error;
    layout.undeletable.add(name);
  }
}
