import { ArtifactError } from '../core/artifact-error.ts';

/** What an archive may grow to. */
export interface ArchiveLimits {
  readonly maxUnpackedBytes: number;
  readonly maxEntries: number;
  /** Must stay free on the volume while it grows. */
  readonly freeBytesFloor: number;
}

/** `BAD_ARCHIVE`, final: the digest is right, so the archive stays as it is. */
export function badArchive(name: string, reason: string, cause?: unknown): ArtifactError {
  return new ArtifactError('BAD_ARCHIVE', `${name}: ${reason}`, { retryable: false, facts: { reason }, cause });
}

/** `ARCHIVE_TOO_LARGE`, final: it would unpack to more than the policy allows. */
export function archiveTooLarge(name: string, what: 'entries' | 'bytes', limit: number): ArtifactError {
  return new ArtifactError('ARCHIVE_TOO_LARGE', `${name}: unpacks to more than ${limit} ${what}`, {
    retryable: false,
    facts: { what, limit },
  });
}

/** `ARCHIVE_UNSUPPORTED`, final: sound perhaps, but of a sort that is not taken. */
export function unsupportedArchive(name: string, reason: string, cause?: unknown): ArtifactError {
  return new ArtifactError('ARCHIVE_UNSUPPORTED', `${name}: ${reason}`, { retryable: false, facts: { reason }, cause });
}
