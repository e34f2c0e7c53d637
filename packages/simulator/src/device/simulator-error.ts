import { CodedError } from '@companion/foundation';

/** What keeps the simulator from starting, in one line each. */
export type SimulatorErrorCode =
  'ROOT_UNWRITABLE' | 'VOLUME_MISSING' | 'ROOT_IN_USE' | 'REPLAY_UNREADABLE' | 'REPLAY_UNSENDABLE' | 'MODULE_UNKNOWN';

/** A start that failed; its message says what and what to do. */
export class SimulatorError extends CodedError<SimulatorErrorCode> {
  override readonly name = 'SimulatorError';
}
