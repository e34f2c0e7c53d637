import type { JsonObject } from '@companion/foundation';

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
  | 'VOLUME_UNWRITABLE'
  | 'VOLUME_LOCKED'
  | 'DISK_FULL'
  | 'VOLUME_FAILED';

interface ArtifactErrorOptions {
  /** True where the same step may go well later without anybody changing the twin. */
  readonly retryable: boolean;
  /** What was expected, what was found, where: values that may appear in a log and in the twin. */
  readonly facts?: JsonObject;
  /** How long the other side asks to be left alone, in milliseconds (an answer's Retry-After). */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** An error with a code to act on; its message is one line for people, without URL query, header or credential. */
export class ArtifactError extends Error {
  readonly code: ArtifactErrorCode;
  readonly retryable: boolean;
  readonly facts: JsonObject;
  /** The next try must not come sooner, in milliseconds from when the error arose; undefined where nobody asked. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ArtifactErrorCode, message: string, options: ArtifactErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ArtifactError';
    this.code = code;
    this.retryable = options.retryable;
    this.facts = options.facts ?? {};
    this.retryAfterMs = options.retryAfterMs;
  }
}
