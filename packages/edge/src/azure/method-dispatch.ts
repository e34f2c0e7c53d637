import { Buffer } from 'node:buffer';
import { parseJson, redactSecrets, type JsonValue } from '@companion/foundation';
import { EdgeError } from '../hub/edge-error.ts';
import type { MethodResult } from '../hub/hub.ts';
import type { OnFault } from './listeners.ts';

export type MethodHandler = (payload: JsonValue) => MethodResult | Promise<MethodResult>;

/** Answers direct methods. */
export class MethodDispatch {
  readonly #onFault: OnFault;
  readonly #handlers = new Map<string, MethodHandler>();

  /** `onFault` gets the errors of handlers that throw. */
  constructor(options: { readonly onFault: OnFault }) {
    this.#onFault = options.onFault;
  }

  /** Whether any method has a handler. */
  get wanted(): boolean {
    return this.#handlers.size > 0;
  }

  /** Throws HANDLER_EXISTS for a second handler of one method. */
  add(name: string, handler: MethodHandler): void {
    if (this.#handlers.has(name)) {
      throw new EdgeError('HANDLER_EXISTS', `method ${name} has a handler already`, { facts: { method: name } });
    }
    this.#handlers.set(name, handler);
  }

  /** Never rejects: 404 for an unknown method, 400 for a payload that is no JSON, 500 with the error's code where the handler throws. */
  async call(name: string, body: Uint8Array | undefined): Promise<MethodResult> {
    const handler = this.#handlers.get(name);
    if (handler === undefined) return failure(404, 'METHOD_UNKNOWN', `no method ${name}`);
    const payload = readPayload(body);
    if (payload === undefined) return failure(400, 'PAYLOAD_INVALID', 'the payload is no JSON');
    try {
      return await handler(payload);
    } catch (error) {
      this.#onFault(`method ${name}`, error);
      return failure(500, codeOf(error), redactSecrets(error instanceof Error ? error.message : String(error)));
    }
  }
}

/** No payload is `null`; undefined for what is not JSON. */
function readPayload(body: Uint8Array | undefined): JsonValue | undefined {
  if (body === undefined || body.byteLength === 0) return null;
  return parseJson(Buffer.from(body).toString('utf8')) as JsonValue | undefined;
}

function failure(status: number, code: string, message: string): MethodResult {
  return { status, payload: { error: { code, message } } };
}

function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'INTERNAL';
}
