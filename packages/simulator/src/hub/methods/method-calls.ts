import type { JsonValue } from '@companion/deployment';
import { methodTopic } from '../protocol/topics.ts';
import type { HubClock } from '../contract/clock.ts';
import type { MethodAnswer, MethodTimeouts } from '../contract/contract.ts';
import { HubError } from '../contract/hub-error.ts';
import { grantedQos, sendOnce, type ModuleRecord } from '../modules/module-record.ts';

/** Direct methods: calls on their way to modules, matched with the answers by request id. */
export interface MethodCalls {
  invoke(module: ModuleRecord, name: string, payload: JsonValue, timeouts: MethodTimeouts): Promise<MethodAnswer>;
  /** An answer came in; one that nobody waits for any more is ignored. */
  answered(module: ModuleRecord, requestId: string, status: number, body: Buffer): void;
  /** A module may have become reachable: calls that wait for its connection look again. */
  reachable(module: ModuleRecord): void;
}

/** IoT Hub's limit for a method's payload. */
const payloadLimitBytes = 128 * 1024;

/** No calls yet. Timeouts default to 30 s to answer and 0 to connect. */
export function createMethodCalls(clock: HubClock): MethodCalls {
  const pending = new Map<
    string,
    { readonly module: ModuleRecord; readonly settle: (answer: MethodAnswer | HubError) => void }
  >();
  const waiting = new Map<ModuleRecord, Set<() => void>>();
  let lastRequest = 0;

  function isReachable(module: ModuleRecord): boolean {
    return module.session.client !== undefined && grantedQos(module.session, 'methods') !== undefined;
  }

  function waitUntilReachable(module: ModuleRecord, timeoutMs: number): Promise<boolean> {
    if (isReachable(module) || timeoutMs <= 0) return Promise.resolve(isReachable(module));
    return new Promise((resolve) => {
      const listeners = waiting.get(module) ?? new Set<() => void>();
      waiting.set(module, listeners);
      const finish = (): void => {
        stop();
        listeners.delete(look);
        if (listeners.size === 0) waiting.delete(module);
        resolve(isReachable(module));
      };
      const look = (): void => {
        if (isReachable(module)) finish();
      };
      const stop = clock.after(timeoutMs, finish);
      listeners.add(look);
    });
  }

  async function invoke(
    module: ModuleRecord,
    name: string,
    payload: JsonValue,
    { responseTimeoutMs = 30_000, connectTimeoutMs = 0 }: MethodTimeouts,
  ): Promise<MethodAnswer> {
    const facts = { module: module.moduleId, method: name };
    // The name becomes a level of an MQTT topic, and the SDK reads that as a URL.
    if (!/^[\w.$:@!~*'()-]{1,100}$/u.test(name)) {
      throw new HubError('METHOD_INVALID', `${JSON.stringify(name)} is no name for a method`, facts);
    }
    const body = JSON.stringify(payload);
    if (Buffer.byteLength(body) > payloadLimitBytes) {
      throw new HubError('METHOD_INVALID', `the payload is larger than ${payloadLimitBytes} bytes`, facts);
    }
    await waitUntilReachable(module, connectTimeoutMs);
    lastRequest += 1;
    const requestId = String(lastRequest);
    return new Promise((resolve, reject) => {
      const settle = (answer: MethodAnswer | HubError): void => {
        stop();
        pending.delete(requestId);
        if (answer instanceof HubError) reject(answer);
        else resolve(answer);
      };
      const stop = clock.after(responseTimeoutMs, () =>
        settle(
          new HubError(
            'METHOD_TIMEOUT',
            `${module.moduleId} did not answer ${name} within ${responseTimeoutMs} ms`,
            facts,
          ),
        ),
      );
      pending.set(requestId, { module, settle });
      if (!sendOnce(module.session, 'methods', methodTopic(name, requestId), body)) {
        settle(new HubError('METHOD_NOT_CONNECTED', `${module.moduleId} is not connected for methods`, facts));
      }
    });
  }

  return {
    invoke,
    answered: (module, requestId, status, body) => {
      const call = pending.get(requestId);
      // Only the module that was asked may answer.
      if (call?.module !== module) return;
      try {
        const payload = body.length === 0 ? null : (JSON.parse(body.toString()) as JsonValue);
        call.settle({ status, payload });
      } catch (error) {
        const facts = { module: module.moduleId };
        call.settle(new HubError('METHOD_BAD_RESPONSE', `${module.moduleId} answered with no JSON`, facts, error));
      }
    },
    reachable: (module) => {
      for (const look of waiting.get(module) ?? []) look();
    },
  };
}
