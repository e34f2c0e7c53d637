import { CodedError, formatPlace } from '@companion/foundation';

/** `RECORDING_BAD`: a recording that can't be read. `REPLAY_REFUSED`: a line to replay that no retry can bring over. */
export type StandInErrorCode = 'RECORDING_BAD' | 'REPLAY_REFUSED';

/** A line of a file that the stand-in can't play; the message starts with `file:line`. */
export class StandInError extends CodedError<StandInErrorCode> {
  override readonly name = 'StandInError';

  constructor(
    code: StandInErrorCode,
    at: { readonly file: string; readonly line: number },
    reason: string,
    cause?: unknown,
  ) {
    super(code, `${formatPlace(at)}: ${reason}`, { facts: { ...at }, cause });
  }
}
