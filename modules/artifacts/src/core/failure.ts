import type { JsonObject } from '@companion/foundation';
import { ArtifactError, type ArtifactErrorCode } from './artifact-error.ts';
import { hasErrno } from './errno.ts';
import { isUnwritable } from '../volume/unwritable.ts';

/** An error as the twin shows it: a code to act on and one line for people. */
export interface ReportedError {
  readonly code: string;
  readonly message: string;
  readonly facts: JsonObject;
}

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
