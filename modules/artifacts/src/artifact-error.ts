import type { JsonObject } from '@companion/edge';

/** Everything that can go wrong on the way from a twin to a running release. */
export type ArtifactErrorCode =
  | 'DOWNLOAD_FAILED'
  | 'DOWNLOAD_REFUSED'
  | 'SIZE_MISMATCH'
  | 'DIGEST_MISMATCH'
  | 'BAD_ARCHIVE'
  | 'ARCHIVE_UNSUPPORTED'
  | 'CONFIG_MISSING'
  | 'CONFIG_INVALID'
  | 'EDIT_REFUSED'
  | 'VOLUME_UNWRITABLE'
  | 'DISK_FULL'
  | 'VOLUME_FAILED';

interface ArtifactErrorOptions {
  /** True where the same step may go well later without anybody changing the twin. */
  readonly retryable: boolean;
  /** What was expected, what was found, where: values that may appear in a log and in the twin. */
  readonly facts?: JsonObject;
  readonly cause?: unknown;
}

/** An error with a code to act on; its message is one line for people, without URL query, header or credential. */
export class ArtifactError extends Error {
  readonly code: ArtifactErrorCode;
  readonly retryable: boolean;
  readonly facts: JsonObject;

  constructor(code: ArtifactErrorCode, message: string, options: ArtifactErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ArtifactError';
    this.code = code;
    this.retryable = options.retryable;
    this.facts = options.facts ?? {};
  }
}
