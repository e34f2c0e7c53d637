import { statfsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { ArtifactError } from '../core/artifact-error.ts';

interface SpaceOptions {
  /** Any path on the volume that is asked about. */
  readonly path: string;
  /** Bytes that are about to be written; 0 asks only whether the floor still holds. */
  readonly needBytes: number;
  /** Bytes that must stay free afterwards: a full disk takes down more than this module. */
  readonly floorBytes: number;
}

/** Bytes that may still be written to the volume by anybody who is not root's reserve. */
export async function freeBytesOf(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** Rejects with a retryable `DISK_FULL` (facts `needBytes`, `freeBytes`, `floorBytes`, `missingBytes`) where the bytes don't fit. */
export async function checkSpace({ path, needBytes, floorBytes }: SpaceOptions): Promise<void> {
  judge(await freeBytesOf(path), needBytes, floorBytes);
}

/** `checkSpace` for code that writes without leaving its thread; statfs(2) answers from memory. */
export function checkSpaceSync({ path, needBytes, floorBytes }: SpaceOptions): void {
  const { bavail, bsize } = statfsSync(path);
  judge(bavail * bsize, needBytes, floorBytes);
}

function judge(freeBytes: number, needBytes: number, floorBytes: number): void {
  const missingBytes = needBytes + floorBytes - freeBytes;
  if (missingBytes <= 0) return;
  throw new ArtifactError(
    'DISK_FULL',
    `the volume has ${freeBytes} bytes free; ${needBytes} are needed and ${floorBytes} must stay free`,
    { retryable: true, facts: { needBytes, freeBytes, floorBytes, missingBytes } },
  );
}
