import { EdgeError } from '../hub/edge-error.ts';

/** The connection is gone. */
export function lostConnection(cause: unknown): EdgeError {
  return new EdgeError('CONNECTION_LOST', 'the connection to the hub has ended', { retryable: true, cause });
}

/** What a failed send means; the SDK's error classes are told by their names. */
export function sendFailure(error: unknown): EdgeError {
  if (error instanceof EdgeError) return error;
  const name = error instanceof Error ? error.name : undefined;
  if (name === 'NotConnectedError') return lostConnection(error);
  if (name === 'TimeoutError') {
    return new EdgeError('SEND_TIMEOUT', 'the hub did not acknowledge the message', { retryable: true, cause: error });
  }
  return new EdgeError('SEND_FAILED', 'the message was not sent', { facts: { found: name }, cause: error });
}
