import type { Clock } from '@companion/foundation';
import type { ModuleClient } from 'azure-iot-device';
// See guarded-transport.ts: only the default import works.
import iot from 'azure-iot-device';
import { EdgeError } from '../hub/edge-error.ts';
import { connectFailure, type ConnectStep } from './connect-failure.ts';
import { guardedTransport, type GuardedTransport, type OnTransportEvent } from './guarded-transport.ts';
import { Requests, type Callback } from './requests.ts';
import { lostConnection } from './send-failure.ts';
import { Session, type SessionTimeouts } from './session.ts';

/** How a session comes about. */
export interface SessionOptions {
  readonly clock: Clock;
  readonly timeouts: SessionTimeouts;
  readonly keepAliveSeconds: number;
  readonly tokenLifetimeSeconds: number;
  readonly onEvent: OnTransportEvent;
  /** Gives up the attempt to connect. */
  readonly signal: AbortSignal;
}

/** The SDK's own retries are off: they end after 4 minutes, retry only some errors, and hide from us that there is no connection. */
const neverRetry = { shouldRetry: () => false, nextRetryTimeout: () => -1 };

/** Connects and subscribes to desired properties. Rejects with an EdgeError that names the true cause; then nothing is left open. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { clock, timeouts, signal } = options;
  const requests = new Requests(clock);
  const abort = (): void => requests.end(new EdgeError('STOPPED', 'stopped while connecting'));
  let created: GuardedTransport | undefined;
  let step: ConnectStep = 'environment';
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    const transportClass = guardedTransport(options.onEvent, (transport) => (created = transport));
    const client = await requests.ask<ModuleClient>({
      what: 'workload API',
      timeoutMs: timeouts.connectMs,
      call: (done) => {
        iot.ModuleClient.fromEnvironment(transportClass, done);
      },
    });
    // The assignment in the callback is unknown to the compiler.
    const transport = created;
    if (client === undefined || transport === undefined) throw new TypeError('the SDK gave no client');
    await setUp(client, requests, options);
    step = 'connect';
    await connect(client, transport, requests, timeouts);
    return new Session({ clock, timeouts, client, transport, requests });
  } catch (error) {
    const failure = connectFailure(error, step);
    requests.end(failure);
    created?.destroy();
    throw failure;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function setUp(client: ModuleClient, requests: Requests, options: SessionOptions): Promise<void> {
  client.setRetryPolicy(neverRetry);
  client.on('error', (error: unknown) => options.onEvent({ kind: 'fault', where: 'message', error }));
  client.on('disconnect', (result?: { readonly transportObj?: unknown }) => {
    requests.end(lostConnection(result?.transportObj));
  });
  const settings = {
    keepalive: options.keepAliveSeconds,
    // The SDK's own renewal reconnects in place: messages that come meanwhile are acknowledged and lost, and
    // nothing is subscribed again. The hub opens a new session long before; this late one never comes to run.
    tokenRenewal: { tokenValidTimeInSeconds: options.tokenLifetimeSeconds, tokenRenewalMarginInSeconds: 1 },
  };
  const call = (done: Callback<unknown>): void => {
    client.setOptions(settings, done);
  };
  await requests.ask({ what: 'options', timeoutMs: options.timeouts.connectMs, call });
}

async function connect(
  client: ModuleClient,
  transport: GuardedTransport,
  requests: Requests,
  { connectMs, requestMs }: SessionTimeouts,
): Promise<void> {
  const open = (done: Callback<unknown>): void => {
    client.open(done);
  };
  const subscribe = (done: Callback<unknown>): void => {
    transport.enableTwinDesiredPropertiesUpdates(done);
  };
  await requests.ask({ what: 'connect', timeoutMs: connectMs, call: open });
  await requests.ask({ what: 'subscription of desired properties', timeoutMs: requestMs, call: subscribe });
}
