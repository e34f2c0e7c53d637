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

/** Why an edit is refused: it would not read back as what was asked for. */
export type KeyFileEditErrorCode =
  'invalid-group-name' | 'invalid-key-name' | 'invalid-value' | 'group-exists' | 'group-not-found';

/** Thrown by edits, before anything has changed. */
export class KeyFileEditError extends Error {
  readonly code: KeyFileEditErrorCode;

  constructor(code: KeyFileEditErrorCode, message: string) {
    super(message);
    this.name = 'KeyFileEditError';
    this.code = code;
  }
}
