import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonValue } from '@companion/deployment';
import { HubError, type HubErrorCode } from '../contract/hub-error.ts';

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

/** Bigger requests than this are refused: a method's payload is the largest thing that may come. */
const bodyLimitBytes = 256 * 1024;

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** Answers with an error in IoT Hub's shape: `{ "Message": "ErrorCode:…;…", "ExceptionMessage": "…" }`. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const [status, name] = (error instanceof HubError ? answers[error.code] : undefined) ?? [500, 'ServerError'];
  const message = error instanceof Error ? error.message : String(error);
  sendJson(response, status, { Message: `ErrorCode:${name};${message}`, ExceptionMessage: message });
}

/** Reads a JSON body. Throws `HubError` BAD_REQUEST for another content type, too many bytes or no JSON. */
export async function readJson(request: IncomingMessage): Promise<JsonValue> {
  if (!/^application\/json\s*(?:;|$)/iu.test(request.headers['content-type'] ?? '')) {
    throw new HubError('BAD_REQUEST', 'the content type has to be application/json');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyLimitBytes) throw new HubError('BAD_REQUEST', `the body is larger than ${bodyLimitBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as JsonValue;
  } catch (error) {
    throw new HubError('BAD_REQUEST', 'the body is not JSON', {}, error);
  }
}

/** The decoded parts of a path, or undefined where one does not decode. */
export function pathParts(pathname: string): readonly string[] | undefined {
  try {
    return pathname.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
