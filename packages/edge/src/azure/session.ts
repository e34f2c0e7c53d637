import { setImmediate } from 'node:timers/promises';
import type { Clock, JsonObject } from '@companion/foundation';
import type { ModuleClient } from 'azure-iot-device';
import { settleWithin } from '../hub/deadline.ts';
import { EdgeError } from '../hub/edge-error.ts';
import type { OutputMessage } from '../hub/hub.ts';
import type { GuardedTransport } from './guarded-transport.ts';
import { readTwin, type RawTwin } from './raw-twin.ts';
import type { Callback, Requests } from './requests.ts';
import { sdkMessage } from './sdk-message.ts';
import { lostConnection, sendFailure } from './send-failure.ts';

/** How long the hub may take for what; milliseconds. */
export interface SessionTimeouts {
  readonly connectMs: number;
  readonly requestMs: number;
  readonly sendMs: number;
}

/** What a session stands on: a client and transport that are connected. */
export interface SessionParts {
  readonly clock: Clock;
  readonly timeouts: SessionTimeouts;
  readonly client: ModuleClient;
  readonly transport: GuardedTransport;
  readonly requests: Requests;
}

/** How long leaving in order may take before the connection is cut; milliseconds. */
const unsubscribeMs = 1500;
const disconnectMs = 1500;

/**
 * One connection to the hub, from connect (`openSession`) to its end; it is never revived. The SDK can reconnect by itself,
 * but what it remembers then is wrong: it takes its twin subscriptions for standing, forgets requests without answering
 * them, and drops callbacks. A new client for every connection, with its own trust bundle and token, has nothing to remember.
 */
export class Session {
  readonly #clock: Clock;
  readonly #timeouts: SessionTimeouts;
  readonly #client: ModuleClient;
  readonly #transport: GuardedTransport;
  readonly #requests: Requests;
  /** When the hub last acknowledged a message, on the clock that never jumps. */
  #acknowledgedMs: number;
  #inputsStand = false;

  constructor({ clock, timeouts, client, transport, requests }: SessionParts) {
    this.#clock = clock;
    this.#timeouts = timeouts;
    this.#client = client;
    this.#transport = transport;
    this.#requests = requests;
    this.#acknowledgedMs = clock.monotonicMs();
  }

  /** Resolves with the reason once the connection is gone; also after `close`. */
  get ended(): Promise<EdgeError> {
    return this.#requests.ended;
  }

  async getTwin(): Promise<RawTwin> {
    const transport = this.#transport;
    // Not the SDK's Twin: it merges answers and patches with lodash, and throws where there is no answer.
    const answer = await this.#ask<{ readonly status: number | undefined; readonly body: unknown }>('twin', (done) => {
      transport.getTwin((error, body) => done(error, { status: transport.twinStatus, body }));
    });
    const twin = readTwin(answer?.body);
    if (twin !== undefined) return twin;
    const facts = { status: answer?.status };
    throw new EdgeError('TWIN_UNAVAILABLE', 'the hub gave no twin', { retryable: true, facts });
  }

  /** Resolves with the status of the hub's answer, or undefined where it can't be told. */
  patchReported(patch: JsonObject): Promise<number | undefined> {
    const transport = this.#transport;
    return this.#ask<number | undefined>('reported properties', (done) => {
      transport.updateTwinReportedProperties(patch, (error) => done(error, transport.twinStatus));
    });
  }

  /** Resolves when the hub has acknowledged the message. */
  async send(output: string, message: OutputMessage): Promise<void> {
    const timeoutMs = this.#timeouts.sendMs;
    const call = (done: Callback<unknown>): void => {
      this.#client.sendOutputEvent(output, sdkMessage(message), done);
    };
    try {
      await this.#requests.ask({ code: 'SEND_TIMEOUT', what: `message for ${output}`, timeoutMs, call });
      this.#acknowledgedMs = this.#clock.monotonicMs();
    } catch (error) {
      const failure = sendFailure(error);
      // A slow hub still acknowledges something; one that acknowledges nothing is deaf, and mqtt.js keeps all it has sent.
      const silentMs = this.#clock.monotonicMs() - this.#acknowledgedMs;
      if (failure.code === 'SEND_TIMEOUT' && silentMs >= timeoutMs) this.#requests.end(failure);
      throw failure;
    }
  }

  async subscribeInputs(): Promise<void> {
    this.#inputsStand = true;
    await this.#ask('subscription of inputs', (done) => {
      this.#transport.enableInputMessages(done);
    });
  }

  async subscribeMethods(): Promise<void> {
    await this.#ask('subscription of methods', (done) => {
      this.#transport.enableMethods(done);
    });
  }

  /** Resolves when no further message comes and those that came have been handed over; never rejects. */
  async unsubscribeInputs(): Promise<void> {
    if (this.#requests.over !== undefined || !this.#inputsStand) return;
    this.#inputsStand = false;
    // The SDK takes its ears off before it disconnects, while mqtt.js still acknowledges: what comes then would be lost.
    const call = (done: Callback<unknown>): void => {
      this.#transport.disableInputMessages(done);
    };
    const unsubscribed = this.#requests.ask({ what: 'end of inputs', timeoutMs: unsubscribeMs, call });
    await settleWithin(this.#clock, unsubscribeMs, unsubscribed);
    // Messages that came before the answer are handed over on the next tick.
    await setImmediate();
  }

  /** Leaves in order, inputs first; at most some seconds. */
  async close(): Promise<void> {
    await this.unsubscribeInputs();
    this.#requests.end(lostConnection(undefined));
    const left = await settleWithin(this.#clock, disconnectMs, this.#client.close());
    if (left.state !== 'done') this.#transport.destroy();
  }

  /** A hub that does not answer is deaf (it has lost a subscription, or the connection is half open): only a new session helps. */
  async #ask<T>(what: string, call: (done: Callback<T>) => void): Promise<T | undefined> {
    try {
      return await this.#requests.ask({ what, timeoutMs: this.#timeouts.requestMs, call });
    } catch (error) {
      if (error instanceof EdgeError && error.code === 'HUB_TIMEOUT') this.#requests.end(error);
      if (error instanceof EdgeError) throw error;
      throw new EdgeError('HUB_UNREACHABLE', `${what} failed`, { retryable: true, cause: error });
    }
  }
}
