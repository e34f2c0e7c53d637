import { CodedError } from '@companion/foundation';

/**
 * Why a command could not do its work.
 * - `usage`: it was called wrongly.
 * - `not-found`, `not-a-file`, `not-readable`, `too-large`: the file could not be read.
 * - `not-a-config`: it was read, and is neither a key file nor a YAML config that DeepStream would take.
 * - `edit-refused`: the edit would not read back as what was asked for.
 * - `not-writable`: the file could not be replaced; it is as it was.
 */
export type CliErrorCode =
  | 'usage'
  | 'not-found'
  | 'not-a-file'
  | 'not-readable'
  | 'too-large'
  | 'not-a-config'
  | 'edit-refused'
  | 'not-writable';

/** Ends a command with exit code 2; the message goes to stderr as it is. */
export class CliError extends CodedError<CliErrorCode> {
  override readonly name = 'CliError';
}
