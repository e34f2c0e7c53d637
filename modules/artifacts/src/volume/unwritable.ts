import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasErrno } from '@companion/foundation/node';
import { ArtifactError, isUnwritable } from '../core/artifact-error.ts';
import type { VolumeLayout } from './layout.ts';

/** A retryable `VOLUME_UNWRITABLE` for what the file system answered: who tried, where, and what an operator can do. */
export async function unwritableError(root: string, cause: unknown): Promise<ArtifactError> {
  const { reason, facts } = await diagnose(root, cause);
  return new ArtifactError('VOLUME_UNWRITABLE', `the volume ${root} can't be written: ${reason}`, {
    retryable: true,
    facts: { root, ...facts },
    cause,
  });
}

/** Tries every directory of the volume without writing; undefined where all may be written. */
export async function findUnwritable(layout: VolumeLayout): Promise<ArtifactError | undefined> {
  const { root, releases, store, partial, staging } = layout;
  for (const directory of [root, releases, store, partial, staging]) {
    try {
      await access(directory, constants.W_OK | constants.X_OK);
    } catch (error) {
      return unwritableError(root, error);
    }
  }
  return undefined;
}

async function diagnose(
  root: string,
  cause: unknown,
): Promise<{ readonly reason: string; readonly facts: Readonly<Record<string, string | number>> }> {
  if (hasErrno(cause, 'EROFS')) {
    const reason =
      "it is mounted read-only; mount it without `ro`, or, if it was, look for disk errors in the host's kernel log";
    return { reason, facts: { reason: 'EROFS' } };
  }
  const uid = process.getuid?.();
  if (uid === undefined || !isUnwritable(cause)) {
    return { reason: cause instanceof Error ? cause.message : String(cause), facts: {} };
  }
  const path = cause instanceof Error && 'path' in cause ? String(cause.path) : root;
  const { folder, owner } = await nearestFolder(path);
  const gid = process.getgid?.() ?? uid;
  const reason = `uid ${uid} may not write to ${folder}, which belongs to uid ${owner}; on the host, chown -R ${uid}:${gid} the folder that is mounted there, or mount a named volume`;
  return { reason, facts: { uid, folder, owner } };
}

/** The folder that refused: the path itself, or the nearest one above that can be looked at. */
async function nearestFolder(path: string): Promise<{ readonly folder: string; readonly owner: number | string }> {
  for (let folder = path; ; folder = dirname(folder)) {
    const stats = await stat(folder).catch(() => undefined);
    if (stats?.isDirectory() === true) return { folder, owner: stats.uid };
    if (dirname(folder) === folder) return { folder, owner: 'unknown' };
  }
}
