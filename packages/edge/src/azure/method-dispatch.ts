import { Buffer } from 'node:buffer';
import { jsonExcess, parseJson, redactSecrets, wellFormedJson, type JsonValue } from '@companion/foundation';
import { EdgeError } from '../hub/edge-error.ts';
import type { MethodResult } from '../hub/hub.ts';
import type { OnFault } from './listeners.ts';

/** IoT Hub takes 128 KiB, edgeHub as much as a message; what nests deeper than this is made to break readers. */
const payloadLimits = { bytes: 256 * 1024, depth: 32, values: 100_000 };

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

  /** Never rejects: 404 for an unknown method, 400 for a payload that is no JSON or goes beyond its limits, 500 with the error's code where the handler throws. */
  async call(name: string, body: Uint8Array | undefined): Promise<MethodResult> {
    const handler = this.#handlers.get(name);
    if (handler === undefined) return failure(404, 'METHOD_UNKNOWN', `no method ${name}`);
    const text = Buffer.from(body ?? []).toString('utf8');
    if ((body?.byteLength ?? 0) > payloadLimits.bytes || jsonExcess(text, payloadLimits) !== undefined) {
      const { bytes, depth, values } = payloadLimits;
      const message = `the payload has more than ${bytes} bytes, ${depth} levels or ${values} values`;
      return failure(400, 'PAYLOAD_INVALID', message);
    }
    const payload = readPayload(text);
    if (payload === undefined) return failure(400, 'PAYLOAD_INVALID', 'the payload is no JSON');
    try {
      return await handler(payload);
    } catch (error) {
      this.#onFault(`method ${name}`, error);
      return failure(500, codeOf(error), redactSecrets(error instanceof Error ? error.message : String(error)));
    }
  }
}

/** No payload is `null`; undefined for what is not JSON. Half characters become U+FFFD here, as in twins. */
function readPayload(text: string): JsonValue | undefined {
  if (text === '') return null;
  const payload = parseJson(text) as JsonValue | undefined;
  return payload === undefined ? undefined : wellFormedJson(payload);
}

function failure(status: number, code: string, message: string): MethodResult {
  return { status, payload: { error: { code, message } } };
}

function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'INTERNAL';
}
