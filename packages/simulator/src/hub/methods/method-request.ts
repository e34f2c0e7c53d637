import { isJsonObject, type JsonValue } from '@companion/foundation';
import type { MethodTimeouts } from '../contract/contract.ts';
import { HubError } from '../contract/hub-error.ts';

/** A call of a method as IoT Hub's REST interface and edgeHub's HTTPS head take it. */
export interface MethodRequest {
  readonly methodName: string;
  readonly payload: JsonValue;
  readonly timeouts: Required<MethodTimeouts>;
}

/** Reads `{ methodName, payload, responseTimeoutInSeconds, connectTimeoutInSeconds }`; throws `HubError` BAD_REQUEST. */
export function readMethodRequest(body: JsonValue): MethodRequest {
  if (!isJsonObject(body)) throw new HubError('BAD_REQUEST', 'the body is not a JSON object');
  const { methodName, payload = null, responseTimeoutInSeconds = 30, connectTimeoutInSeconds = 0 } = body;
  if (typeof methodName !== 'string') throw new HubError('BAD_REQUEST', 'methodName is missing');
  return {
    methodName,
    payload,
    timeouts: {
      // IoT Hub's own bounds.
      responseTimeoutMs: seconds('responseTimeoutInSeconds', responseTimeoutInSeconds, 5),
      connectTimeoutMs: seconds('connectTimeoutInSeconds', connectTimeoutInSeconds, 0),
    },
  };
}

function seconds(name: string, value: JsonValue, least: number): number {
  if (typeof value !== 'number' || !(value >= least && value <= 300)) {
    throw new HubError('BAD_REQUEST', `${name} is not ${least} to 300`);
  }
  return value * 1000;
}
