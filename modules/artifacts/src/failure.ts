import { ArtifactError, type ArtifactErrorCode } from './artifact-error.ts';
import type { ReportedError } from './report.ts';
import { hasErrno } from './volume/errno.ts';
import { isUnwritable } from './volume/unwritable.ts';

/** Anything that is not ours yet (`EIO`, `EROFS`, …) is the volume's failure, and may pass. */
export function asArtifactError(error: unknown): ArtifactError {
  if (error instanceof ArtifactError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ArtifactError(codeOf(error), message, { retryable: true, cause: error });
}

function codeOf(error: unknown): ArtifactErrorCode {
  if (hasErrno(error, 'ENOSPC') || hasErrno(error, 'EDQUOT')) return 'DISK_FULL';
  return isUnwritable(error) ? 'VOLUME_UNWRITABLE' : 'VOLUME_FAILED';
}

/** What an error may show in a log and in the twin. */
export function reportedError(error: ArtifactError): ReportedError {
  return { code: error.code, message: error.message, facts: error.facts };
}
