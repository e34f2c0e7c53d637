import { readFile } from 'node:fs/promises';
import { hasErrno } from '@companion/foundation/node';
import { replaceFileDurably } from '../../volume/durable.ts';
import type { VolumeLayout } from '../../volume/layout.ts';

/** Puts the supervisor into the volume, where DeepStream's container starts it; a script that is already the same is not written. */
export async function installSupervisor(layout: VolumeLayout, script: string): Promise<void> {
  const wanted = await readFile(script);
  try {
    if (wanted.equals(await readFile(layout.supervisor))) return;
  } catch (error) {
    if (!hasErrno(error, 'ENOENT')) throw error;
  }
  // A shell reads its script while it runs: replacing the file by rename leaves a running supervisor its own old one.
  await replaceFileDurably(layout.supervisor, wanted, 0o755);
}
