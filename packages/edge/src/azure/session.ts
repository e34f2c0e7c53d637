import { setImmediate } from 'node:timers/promises';
import type { DeviceMethodResponse, ModuleClient } from 'azure-iot-device';
// See guarded-transport.ts: only the default import works.
import iot from 'azure-iot-device';
import type { Clock, JsonObject } from '@companion/foundation';
import { settleWithin } from '../hub/deadline.ts';
import { EdgeError } from '../hub/edge-error.ts';
import type { MethodResult, OutputMessage } from '../hub/hub.ts';
import { connectFailure, type ConnectStep } from './connect-failure.ts';
import { guardedTransport, type GuardedTransport, type MethodCall, type TransportEvents } from './guarded-transport.ts';
import { readTwin, type RawTwin } from './raw-twin.ts';
import { createRequests, type Callback } from './requests.ts';
import { sdkMessage } from './sdk-message.ts';
import { lostConnection, sendFailure } from './send-failure.ts';

/** How long the hub may take for what; milliseconds. */
export interface SessionTimeouts {
  readonly connectMs: number;
  readonly requestMs: number;
  readonly sendMs: number;
}

export interface SessionOptions {
  readonly clock: Clock;
  readonly timeouts: SessionTimeouts;
  readonly keepAliveSeconds: number;
  readonly tokenLifetimeSeconds: number;
  readonly events: Omit<TransportEvents, 'onMethod'> & {
    onMethod(call: MethodCall, answer: (result: MethodResult) => void): void;
  };
  /** Gives up the attempt to connect. */
  readonly signal: AbortSignal;
}

/**
 * One connection to the hub, from connect to its end; it is never revived. The SDK can reconnect by itself, but what it
 * remembers then is wrong: it takes its twin subscriptions for standing, forgets requests without answering them, and
 * drops callbacks. A new client for every connection, with its own trust bundle and token, has nothing to remember.
 */
export interface Session {
  /** Resolves with the reason once the connection is gone; also after `close`. */
  readonly ended: Promise<EdgeError>;
  getTwin(): Promise<RawTwin>;
  /** Resolves with the status of the hub's answer, or undefined where it can't be told. */
  patchReported(patch: JsonObject): Promise<number | undefined>;
  /** Resolves when the hub has acknowledged the message. */
  send(output: string, message: OutputMessage): Promise<void>;
  subscribeInputs(): Promise<void>;
  subscribeMethods(): Promise<void>;
  /** Resolves when no further message comes and those that came have been handed over; never rejects. */
  unsubscribeInputs(): Promise<void>;
  /** Leaves in order, inputs first; at most some seconds. */
  close(): Promise<void>;
}

/** The SDK's own retries are off: they end after 4 minutes, retry only some errors, and hide from us that there is no connection. */
const neverRetry = { shouldRetry: () => false, nextRetryTimeout: () => -1 };

/** How long leaving in order may take before the connection is cut; milliseconds. */
const unsubscribeMs = 1500;
const disconnectMs = 1500;

/** Connects and subscribes to desired properties. Rejects with an EdgeError that names the true cause; then nothing is left open. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { clock, timeouts, events, signal } = options;
  const requests = createRequests(clock);
  const { request, end } = requests;
  let created: GuardedTransport | undefined;
  let inputsStand = false;

  function abort(): void {
    end(new EdgeError('STOPPED', 'stopped while connecting'));
  }

  async function connect(): Promise<readonly [ModuleClient, GuardedTransport]> {
    const transportClass = guardedTransport({ ...events, onMethod }, (transport) => (created = transport));
    let step: ConnectStep = 'environment';
    try {
      const client = await request<ModuleClient>('HUB_TIMEOUT', 'workload API', timeouts.connectMs, (done) => {
        iot.ModuleClient.fromEnvironment(transportClass, done);
      });
      if (client === undefined || created === undefined) throw new TypeError('the SDK gave no client');
      client.setRetryPolicy(neverRetry);
      client.on('error', (error: unknown) => events.onFault(error, 'message'));
      client.on('disconnect', (result?: { readonly transportObj?: unknown }) => {
        end(lostConnection(result?.transportObj));
      });
      await request('HUB_TIMEOUT', 'options', timeouts.connectMs, (done) => {
        client.setOptions(
          {
            keepalive: options.keepAliveSeconds,
            // The SDK's own renewal reconnects in place: messages that come meanwhile are acknowledged and lost, and
            // nothing is subscribed again. The hub opens a new session long before; this late one never comes to run.
            tokenRenewal: { tokenValidTimeInSeconds: options.tokenLifetimeSeconds, tokenRenewalMarginInSeconds: 1 },
          },
          done,
        );
      });
      step = 'connect';
      await request('HUB_TIMEOUT', 'connect', timeouts.connectMs, (done) => {
        client.open(done);
      });
      const transport = created;
      await request('HUB_TIMEOUT', 'subscription of desired properties', timeouts.requestMs, (done) => {
        transport.enableTwinDesiredPropertiesUpdates(done);
      });
      return [client, transport];
    } catch (error) {
      const failure = connectFailure(error, step);
      end(failure);
      created?.destroy();
      throw failure;
    }
  }

  function onMethod(call: MethodCall): void {
    events.onMethod(call, ({ status, payload }) => {
      // What the SDK's own response object would hand over.
      const response = { requestId: call.requestId, status, payload } as unknown as DeviceMethodResponse;
      created?.sendMethodResponse(response, (error) => {
        if (error) events.onFault(error, 'message');
      });
    });
  }

  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  const [client, transport] = await connect().finally(() => {
    signal.removeEventListener('abort', abort);
  });

  let acknowledgedMs = clock.now();

  /** A hub that does not answer is deaf (it has lost a subscription, or the connection is half open): only a new session helps. */
  async function ask<T>(what: string, call: (done: Callback<T>) => void): Promise<T | undefined> {
    try {
      return await request('HUB_TIMEOUT', what, timeouts.requestMs, call);
    } catch (error) {
      if (error instanceof EdgeError && error.code === 'HUB_TIMEOUT') end(error);
      if (error instanceof EdgeError) throw error;
      throw new EdgeError('HUB_UNREACHABLE', `${what} failed`, { retryable: true, cause: error });
    }
  }

  async function unsubscribeInputs(): Promise<void> {
    if (requests.over !== undefined || !inputsStand) return;
    inputsStand = false;
    // The SDK takes its ears off before it disconnects, while mqtt.js still acknowledges: what comes then would be lost.
    const unsubscribed = request('HUB_TIMEOUT', 'end of inputs', unsubscribeMs, (done) => {
      transport.disableInputMessages(done);
    });
    await settleWithin(clock, unsubscribeMs, unsubscribed);
    // Messages that came before the answer are handed over on the next tick.
    await setImmediate();
  }

  return {
    ended: requests.ended,
    async getTwin() {
      // Not the SDK's Twin: it merges answers and patches with lodash, and throws where there is no answer.
      const answer = await ask<{ readonly status: number | undefined; readonly body: unknown }>('twin', (done) => {
        transport.getTwin((error, body) => done(error, { status: transport.twinStatus, body }));
      });
      const twin = readTwin(answer?.body);
      if (twin !== undefined) return twin;
      throw new EdgeError('TWIN_UNAVAILABLE', 'the hub gave no twin', {
        retryable: true,
        facts: { status: answer?.status },
      });
    },
    patchReported: (patch) =>
      ask<number | undefined>('reported properties', (done) => {
        transport.updateTwinReportedProperties(patch, (error) => done(error, transport.twinStatus));
      }),
    async send(output, message) {
      try {
        await request('SEND_TIMEOUT', `message for ${output}`, timeouts.sendMs, (done) => {
          client.sendOutputEvent(output, sdkMessage(message), done);
        });
        acknowledgedMs = clock.now();
      } catch (error) {
        const failure = sendFailure(error);
        // A slow hub still acknowledges something; one that acknowledges nothing is deaf, and mqtt.js keeps all it has sent.
        const silentMs = clock.now() - acknowledgedMs;
        if (failure.code === 'SEND_TIMEOUT' && silentMs >= timeouts.sendMs) end(failure);
        throw failure;
      }
    },
    async subscribeInputs() {
      inputsStand = true;
      await ask('subscription of inputs', (done) => {
        transport.enableInputMessages(done);
      });
    },
    async subscribeMethods() {
      await ask('subscription of methods', (done) => {
        transport.enableMethods(done);
      });
    },
    unsubscribeInputs,
    async close() {
      await unsubscribeInputs();
      end(lostConnection(undefined));
      const left = await settleWithin(clock, disconnectMs, client.close());
      if (left.state !== 'done') transport.destroy();
    },
  };
}
