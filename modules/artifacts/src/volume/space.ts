import { statfsSync, type StatsFs } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { hasErrno } from '@companion/foundation/node';
import { ArtifactError } from '../core/artifact-error.ts';

interface SpaceOptions {
  /** Any path on the volume that is asked about. */
  readonly path: string;
  /** Bytes that are about to be written; 0 asks only whether the floor still holds. */
  readonly needBytes: number;
  /** Bytes that must stay free afterwards: a full disk takes down more than this module. */
  readonly floorBytes: number;
}

/** What a file system says of its room. */
interface Room {
  readonly freeBytes: number;
  /** How many files it can hold; 0 where it makes room for them as they come (btrfs). */
  readonly files: number;
  readonly freeFiles: number;
}

/** Bytes that may still be written to the volume by anybody who is not root's reserve. */
export async function freeBytesOf(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** Rejects with a retryable `DISK_FULL` (facts `needBytes`, `freeBytes`, `floorBytes`, `missingBytes`) where the bytes don't fit. */
export async function checkSpace({ path, needBytes, floorBytes }: SpaceOptions): Promise<void> {
  judge(roomOf(await statfs(path)), needBytes, floorBytes);
}

/** `checkSpace` for code that writes without leaving its thread; statfs(2) answers from memory. */
export function checkSpaceSync({ path, needBytes, floorBytes }: SpaceOptions): void {
  judge(roomOf(statfsSync(path)), needBytes, floorBytes);
}

/**
 * A retryable `DISK_FULL` for what the file system answered (ENOSPC, EDQUOT): no room for bytes, or none for files, which
 * looks the same and has another cure. `subject` begins the message.
 */
export function diskFullError(root: string, subject: string, cause: unknown): ArtifactError {
  const room = roomOf(statfsSync(root));
  if (isOutOfFiles(room)) return outOfFiles(subject, room, cause);
  const { freeBytes } = room;
  const reason = hasErrno(cause, 'EDQUOT')
    ? "the user's quota on the volume is used up"
    : 'no space left in the volume';
  return new ArtifactError('DISK_FULL', `${subject}: ${reason}`, { retryable: true, facts: { freeBytes }, cause });
}

function roomOf({ bavail, bsize, files, ffree }: StatsFs): Room {
  return { freeBytes: bavail * bsize, files, freeFiles: ffree };
}

function isOutOfFiles({ files, freeFiles }: Room): boolean {
  return files > 0 && freeFiles === 0;
}

function outOfFiles(subject: string, { files, freeBytes }: Room, cause?: unknown): ArtifactError {
  return new ArtifactError(
    'DISK_FULL',
    `${subject}: the file system has no inodes left: it holds ${files} files and can hold no more, although ${freeBytes} bytes are free; delete files (df -i shows them), or make it with more inodes`,
    { retryable: true, facts: { files, freeFiles: 0, freeBytes }, cause },
  );
}

function judge(room: Room, needBytes: number, floorBytes: number): void {
  if (isOutOfFiles(room)) throw outOfFiles('the volume', room);
  const { freeBytes } = room;
  const missingBytes = needBytes + floorBytes - freeBytes;
  if (missingBytes <= 0) return;
  throw new ArtifactError(
    'DISK_FULL',
    `the volume has ${freeBytes} bytes free; ${needBytes} are needed and ${floorBytes} must stay free`,
    { retryable: true, facts: { needBytes, freeBytes, floorBytes, missingBytes } },
  );
}
