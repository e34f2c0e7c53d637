import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtifactError } from '../artifact-error.ts';
import type { ArtifactSpec } from '../plan/desired.ts';
import { flushTree, renameDurably } from '../volume/durable.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { contentKindOf, unpackTarGz } from './unpack.ts';

interface StoreOptions {
  readonly layout: VolumeLayout;
  readonly artifact: ArtifactSpec;
  /** The verified download. */
  readonly file: string;
  /** The name that content which is no archive gets. */
  readonly fileName: string;
  readonly signal: AbortSignal;
}

/**
 * Turns a verified download into the store's entry `store/<sha256>/`: unpacked in staging, flushed, then named by one
 * rename, so that an entry in the store is always whole.
 */
export async function putIntoStore({ layout, artifact, file, fileName, signal }: StoreOptions): Promise<void> {
  const staging = join(layout.staging, randomUUID());
  await mkdir(staging);
  try {
    const kind = await contentKindOf(file);
    switch (kind) {
      case 'tar.gz':
        await unpackTarGz(file, staging, artifact.name, signal);
        break;
      case 'zip':
        throw new ArtifactError(
          'ARCHIVE_UNSUPPORTED',
          `${artifact.name}: zip archives are not supported by this version; pack it as tar.gz`,
          {
            retryable: false,
          },
        );
      case 'file':
        await rename(file, join(staging, fileName));
        break;
    }
    await flushTree(staging);
    signal.throwIfAborted();
    await renameDurably(staging, join(layout.store, artifact.sha256));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
