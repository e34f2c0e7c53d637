import { Buffer } from 'node:buffer';
import { type JsonValue, redactSecrets } from '@companion/foundation';
import { EdgeError } from '../hub/edge-error.ts';
import type { MethodResult } from '../hub/hub.ts';

export type MethodHandler = (payload: JsonValue) => MethodResult | Promise<MethodResult>;

/** Answers direct methods. */
export interface MethodDispatch {
  readonly wanted: boolean;
  /** Throws HANDLER_EXISTS for a second handler of one method. */
  add(name: string, handler: MethodHandler): void;
  /** Never rejects: 404 for an unknown method, 400 for a payload that is no JSON, 500 with the error's code where the handler throws. */
  call(name: string, body: Uint8Array | undefined): Promise<MethodResult>;
}

/** No methods yet. `onFailed` hears of handlers that throw. */
export function createMethodDispatch(options: {
  readonly onFailed: (name: string, error: unknown) => void;
}): MethodDispatch {
  const handlers = new Map<string, MethodHandler>();
  return {
    get wanted() {
      return handlers.size > 0;
    },
    add(name, handler) {
      if (handlers.has(name)) {
        throw new EdgeError('HANDLER_EXISTS', `method ${name} has a handler already`, { facts: { method: name } });
      }
      handlers.set(name, handler);
    },
    async call(name, body) {
      const handler = handlers.get(name);
      if (handler === undefined) return failure(404, 'METHOD_UNKNOWN', `no method ${name}`);
      let payload: JsonValue;
      try {
        payload =
          body === undefined || body.byteLength === 0
            ? null
            : (JSON.parse(Buffer.from(body).toString('utf8')) as JsonValue);
      } catch {
        return failure(400, 'PAYLOAD_INVALID', 'the payload is no JSON');
      }
      try {
        return await handler(payload);
      } catch (error) {
        options.onFailed(name, error);
        return failure(500, codeOf(error), redactSecrets(error instanceof Error ? error.message : String(error)));
      }
    },
  };
}

function failure(status: number, code: string, message: string): MethodResult {
  return { status, payload: { error: { code, message } } };
}

function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'INTERNAL';
}
