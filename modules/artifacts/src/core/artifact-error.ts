import { CodedError, type CodedErrorOptions } from '@companion/foundation';
import { hasErrno } from '@companion/foundation/node';

/** Everything that can go wrong on the way from a twin to a running release. */
export type ArtifactErrorCode =
  | 'DOWNLOAD_FAILED'
  | 'DOWNLOAD_REFUSED'
  | 'DOWNLOAD_STALLED'
  | 'ARTIFACT_TOO_LARGE'
  | 'CREDENTIAL_MISSING'
  | 'CREDENTIAL_REFUSED'
  | 'IMPORT_REFUSED'
  | 'SIZE_MISMATCH'
  | 'DIGEST_MISMATCH'
  | 'BAD_ARCHIVE'
  | 'ARCHIVE_UNSUPPORTED'
  | 'ARCHIVE_TOO_LARGE'
  | 'CONFIG_MISSING'
  | 'CONFIG_INVALID'
  | 'EDIT_REFUSED'
  | 'SOCKET_UNREACHABLE'
  | 'MODULE_UNKNOWN'
  | 'RESTART_REFUSED'
  | 'VOLUME_UNWRITABLE'
  | 'VOLUME_LOCKED'
  | 'DISK_FULL'
  | 'VOLUME_FAILED';

interface ArtifactErrorOptions extends CodedErrorOptions {
  /** True where the same step can succeed later without a change of the twin. */
  readonly retryable: boolean;
  /** How long the server asks not to be called again (Retry-After), in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** The error of this module. Its message is one line for people, without URL query, header or credential. */
export class ArtifactError extends CodedError<ArtifactErrorCode> {
  override readonly name = 'ArtifactError';
  /** The next try must not come sooner, in milliseconds from when the error arose. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ArtifactErrorCode, message: string, { retryAfterMs, ...options }: ArtifactErrorOptions) {
    super(code, message, options);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Any other error (`EIO`, `EROFS`, …) is a failure of the volume, and may pass. */
export function asArtifactError(error: unknown): ArtifactError {
  if (error instanceof ArtifactError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ArtifactError(codeOf(error), message, { retryable: true, cause: error });
}

/** Whether the file system has no room left, or the user none. */
export function isDiskFull(error: unknown): boolean {
  return hasErrno(error, 'ENOSPC', 'EDQUOT');
}

/** Whether an error says that the volume must not be written at all, rather than that it is full or broken. */
export function isUnwritable(error: unknown): boolean {
  return hasErrno(error, 'EACCES', 'EPERM', 'EROFS');
}

function codeOf(error: unknown): ArtifactErrorCode {
  if (isDiskFull(error)) return 'DISK_FULL';
  return isUnwritable(error) ? 'VOLUME_UNWRITABLE' : 'VOLUME_FAILED';
}
