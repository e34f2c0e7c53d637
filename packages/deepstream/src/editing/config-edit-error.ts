import { CodedError } from '@companion/foundation';

/** Why an edit is refused: it would not read back as what was asked for, or would have to touch more than its own lines. */
export type ConfigEditErrorCode =
  'invalid-group-name' | 'invalid-key-name' | 'invalid-value' | 'group-exists' | 'group-not-found' | 'not-one-line';

/** Thrown by edits of a key file or a YAML config, before anything has changed. */
export class ConfigEditError extends CodedError<ConfigEditErrorCode> {
  override readonly name = 'ConfigEditError';
}
