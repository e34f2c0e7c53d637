import { HubError, type HubErrorCode } from '../contract/hub-error.ts';
import type { ErrorAnswers } from './api.ts';
import { jsonResponse } from './json.ts';

// Status and IoT Hub's name of the error.
const answers: Partial<Record<HubErrorCode, readonly [status: number, name: string]>> = {
  BAD_REQUEST: [400, 'ArgumentInvalid'],
  METHOD_INVALID: [400, 'ArgumentInvalid'],
  TWIN_INVALID: [400, 'ArgumentInvalid'],
  UNAUTHORIZED: [401, 'IotHubUnauthorizedAccess'],
  NOT_FOUND: [404, 'NotFound'],
  MODULE_UNKNOWN: [404, 'ModuleNotFound'],
  METHOD_NOT_CONNECTED: [404, 'DeviceNotOnline'],
  TWIN_VERSION_CONFLICT: [412, 'PreconditionFailed'],
  TWIN_TOO_LARGE: [413, 'RequestEntityTooLarge'],
  METHOD_BAD_RESPONSE: [502, 'InvalidResponse'],
  METHOD_TIMEOUT: [504, 'GatewayTimeout'],
};

/** Answers in IoT Hub's shape: `{ "Message": "ErrorCode:…;…", "ExceptionMessage": "…" }`; `notFound` gives the message for what there is not. */
export function hubAnswers(notFound: (method: string, pathname: string) => string): ErrorAnswers {
  return {
    error: hubErrorResponse,
    badRequest: (message) => hubErrorResponse(new HubError('BAD_REQUEST', message)),
    notFound: (method, pathname) => hubErrorResponse(new HubError('NOT_FOUND', notFound(method, pathname))),
  };
}

function hubErrorResponse(error: unknown): Response {
  const [status, name] = (error instanceof HubError ? answers[error.code] : undefined) ?? [500, 'ServerError'];
  const message = error instanceof Error ? error.message : String(error);
  return jsonResponse({ Message: `ErrorCode:${name};${message}`, ExceptionMessage: message }, status);
}
