/** Why DeepStream could not be made to take a release. */
export type ActivationErrorCode = 'SOCKET_UNREACHABLE' | 'MODULE_UNKNOWN' | 'RESTART_REFUSED';

/** All of them may pass without a new twin (the daemon comes back, the module is deployed), so all are tried again. */
export class ActivationError extends Error {
  readonly code: ActivationErrorCode;
  readonly facts: Readonly<Record<string, string | number>>;

  constructor(
    code: ActivationErrorCode,
    message: string,
    facts: Readonly<Record<string, string | number>>,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ActivationError';
    this.code = code;
    this.facts = facts;
  }
}
