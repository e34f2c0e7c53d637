import { CodedError } from '@companion/foundation';

/** Everything that can go wrong at the door to IoT Edge; branch on these, never on message text. */
export type EdgeErrorCode =
  /** An environment variable is missing or wrong. */
  | 'ENVIRONMENT_INVALID'
  /** The port for metrics and health is taken. */
  | 'PORT_IN_USE'
  /** The server for metrics and health can't listen, for another reason. */
  | 'LISTEN_FAILED'
  /** The workload API gives no trust bundle or signature. */
  | 'WORKLOAD_UNAVAILABLE'
  /** The hub refuses this module's identity or signature. */
  | 'UNAUTHORIZED'
  /** TLS does not trust the hub's certificate. */
  | 'TLS_UNTRUSTED'
  /** No connection to the hub comes about. */
  | 'HUB_UNREACHABLE'
  /** There was no connection in time; nothing was sent. */
  | 'NOT_CONNECTED'
  /** The connection ended while the answer was awaited; the request may have arrived. */
  | 'CONNECTION_LOST'
  /** The hub did not acknowledge a message in time; it may have arrived. */
  | 'SEND_TIMEOUT'
  /** The hub did not answer a request (twin, subscription, connect) in time. */
  | 'HUB_TIMEOUT'
  /** The SDK or the hub refused a message, for another reason. */
  | 'SEND_FAILED'
  /** A message is over 256 KiB, its properties included. */
  | 'MESSAGE_TOO_LARGE'
  /** The hub gave no twin. */
  | 'TWIN_UNAVAILABLE'
  /** Reported properties would exceed 32 KB. */
  | 'TWIN_TOO_LARGE'
  /** Reported properties hold what twins can't. */
  | 'TWIN_INVALID'
  /** The hub did not take a patch of reported properties. */
  | 'REPORT_REJECTED'
  /** `stop` was called. */
  | 'STOPPED'
  /** The input or method has a handler already. */
  | 'HANDLER_EXISTS';

/** A failure at the door to IoT Edge. */
export class EdgeError extends CodedError<EdgeErrorCode> {
  override readonly name = 'EdgeError';
}
