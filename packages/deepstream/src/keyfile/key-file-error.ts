/** Why GLib refuses to read a key file. */
export type KeyFileErrorCode =
  'invalid-line' | 'invalid-group-name' | 'invalid-key-name' | 'key-before-group' | 'unsupported-encoding';

/** The first thing in a file that GLib refuses; it reads nothing of such a file. */
export interface KeyFileError {
  readonly code: KeyFileErrorCode;
  /** Counted from 1. */
  readonly line: number;
  readonly reason: string;
}
