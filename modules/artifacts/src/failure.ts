import { ArtifactError } from './artifact-error.ts';
import type { ReportedError } from './report.ts';
import { hasErrno } from './volume/errno.ts';

/** Anything that is not ours yet (`EIO`, `EROFS`, …) is the volume's failure, and may pass. */
export function asArtifactError(error: unknown): ArtifactError {
  if (error instanceof ArtifactError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ArtifactError(hasErrno(error, 'ENOSPC') ? 'DISK_FULL' : 'VOLUME_FAILED', message, {
    retryable: true,
    cause: error,
  });
}

/** What an error may show in a log and in the twin. */
export function reportedError(error: ArtifactError): ReportedError {
  return { code: error.code, message: error.message, facts: error.facts };
}
