import { CodedError } from '@companion/foundation';

/** Everything the hub refuses, by code. The HTTP status of an answer follows from it (http/hub-answers.ts). */
export type HubErrorCode =
  | 'PORT_IN_USE'
  | 'SOCKET_IN_USE'
  | 'LISTEN_FAILED'
  | 'NOT_STARTED'
  | 'MODULE_EXISTS'
  | 'MODULE_UNKNOWN'
  | 'MODULE_NAME_INVALID'
  | 'ROUTE_INVALID'
  | 'ROUTE_CONDITION_UNSUPPORTED'
  | 'ROUTE_MODULE_UNKNOWN'
  | 'TWIN_INVALID'
  | 'TWIN_TOO_LARGE'
  | 'TWIN_VERSION_CONFLICT'
  | 'METHOD_INVALID'
  | 'METHOD_NOT_CONNECTED'
  | 'METHOD_TIMEOUT'
  | 'METHOD_BAD_RESPONSE'
  | 'UNAUTHORIZED'
  | 'BAD_REQUEST'
  | 'NOT_FOUND';

/** What the hub throws: one line that says what was refused and why, a code to branch on, and the facts (`expected`, `found`, `route`, …). */
export class HubError extends CodedError<HubErrorCode> {
  override readonly name = 'HubError';
}
