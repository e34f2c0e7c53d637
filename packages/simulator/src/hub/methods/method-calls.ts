import type { Clock, JsonValue } from '@companion/foundation';
import type { MethodAnswer, MethodTimeouts } from '../contract/contract.ts';
import { HubError } from '../contract/hub-error.ts';
import type { ModuleRecord } from '../modules/module-record.ts';
import { methodTopic } from '../protocol/topics.ts';

/** A call that a module has not answered yet. */
interface PendingCall {
  readonly module: ModuleRecord;
  readonly settle: (answer: MethodAnswer | HubError) => void;
}

/** IoT Hub's limit for a method's payload. */
const payloadLimitBytes = 128 * 1024;

/** Direct methods: calls on their way to modules, matched with the answers by request id. */
export class MethodCalls {
  readonly #clock: Clock;
  /** By request id. */
  readonly #pending = new Map<string, PendingCall>();
  /** What calls that wait for a module's connection do when it may have become reachable. */
  readonly #waiting = new Map<ModuleRecord, Set<() => void>>();
  #lastRequest = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Timeouts default to 30 s to answer and 0 to connect. Throws METHOD_INVALID, METHOD_NOT_CONNECTED, METHOD_TIMEOUT, METHOD_BAD_RESPONSE. */
  async invoke(
    module: ModuleRecord,
    name: string,
    payload: JsonValue,
    { responseTimeoutMs = 30_000, connectTimeoutMs = 0 }: MethodTimeouts,
  ): Promise<MethodAnswer> {
    const body = checkedBody(module, name, payload);
    await this.#waitUntilReachable(module, connectTimeoutMs);
    this.#lastRequest += 1;
    const requestId = String(this.#lastRequest);
    const facts = { module: module.moduleId, method: name };
    return new Promise((resolve, reject) => {
      const settle = (answer: MethodAnswer | HubError): void => {
        stop();
        this.#pending.delete(requestId);
        if (answer instanceof HubError) reject(answer);
        else resolve(answer);
      };
      const stop = this.#clock.after(responseTimeoutMs, () => {
        const reason = `${module.moduleId} did not answer ${name} within ${responseTimeoutMs} ms`;
        settle(new HubError('METHOD_TIMEOUT', reason, { facts }));
      });
      this.#pending.set(requestId, { module, settle });
      if (!module.session.sendOnce('methods', methodTopic(name, requestId), body)) {
        settle(new HubError('METHOD_NOT_CONNECTED', `${module.moduleId} is not connected for methods`, { facts }));
      }
    });
  }

  /** An answer came in; one that no call waits for is ignored. */
  answered(module: ModuleRecord, requestId: string, status: number, body: Buffer): void {
    const call = this.#pending.get(requestId);
    // Only the module that was asked may answer.
    if (call?.module !== module) return;
    try {
      const payload = body.length === 0 ? null : (JSON.parse(body.toString()) as JsonValue);
      call.settle({ status, payload });
    } catch (cause) {
      const facts = { module: module.moduleId };
      call.settle(new HubError('METHOD_BAD_RESPONSE', `${module.moduleId} answered with no JSON`, { facts, cause }));
    }
  }

  /** A module may have become reachable: calls that wait for its connection check again. */
  reachable(module: ModuleRecord): void {
    for (const check of this.#waiting.get(module) ?? []) check();
  }

  #waitUntilReachable(module: ModuleRecord, timeoutMs: number): Promise<void> {
    if (isReachable(module) || timeoutMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const checks = this.#waiting.get(module) ?? new Set<() => void>();
      this.#waiting.set(module, checks);
      const finish = (): void => {
        stop();
        checks.delete(check);
        if (checks.size === 0) this.#waiting.delete(module);
        resolve();
      };
      const check = (): void => {
        if (isReachable(module)) finish();
      };
      const stop = this.#clock.after(timeoutMs, finish);
      checks.add(check);
    });
  }
}

function checkedBody({ moduleId }: ModuleRecord, name: string, payload: JsonValue): string {
  const facts = { module: moduleId, method: name };
  // The name becomes a level of an MQTT topic, and the SDK reads that as a URL.
  if (!/^[\w.$:@!~*'()-]{1,100}$/u.test(name)) {
    throw new HubError('METHOD_INVALID', `${JSON.stringify(name)} is no name for a method`, { facts });
  }
  const body = JSON.stringify(payload);
  if (Buffer.byteLength(body) > payloadLimitBytes) {
    throw new HubError('METHOD_INVALID', `the payload is larger than ${payloadLimitBytes} bytes`, { facts });
  }
  return body;
}

function isReachable({ session }: ModuleRecord): boolean {
  return session.client !== undefined && session.grantedQos('methods') !== undefined;
}
