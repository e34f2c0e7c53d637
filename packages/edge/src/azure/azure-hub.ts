import { type BackoffOptions, type Clock, createDeferred, type Deferred } from '@companion/foundation';
import { systemClock } from '@companion/foundation/node';
import { settleWithin } from '../hub/deadline.ts';
import { EdgeError } from '../hub/edge-error.ts';
import type { ConnectionState, DesiredDocument, Hub, OutputMessage, Unsubscribe } from '../hub/hub.ts';
import type { Log } from '../telemetry/log.ts';
import { checkMessageSize } from '../hub/message-limits.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createConnection } from './connection.ts';
import { createHubMetrics } from './hub-metrics.ts';
import { createInputDispatch, toInputMessage } from './input-dispatch.ts';
import { createMethodDispatch } from './method-dispatch.ts';
import { reportVerified } from './report-verdict.ts';
import { createReportQueue } from './report-queue.ts';
import { openSession, type Session } from './session.ts';
import { createTwinSync } from './twin-sync.ts';

/** What may be set differently; the defaults are for a device. */
export interface AzureHubOptions {
  readonly log: Log;
  readonly metrics?: Metrics;
  readonly clock?: Clock;
  /** 0 up to 1; for jitter. */
  readonly random?: () => number;
  /** Between two looks at the twin without a notification, on average; default 5 minutes. */
  readonly twinRefreshMs?: number;
  /** Default 20 s: edgeHub 1.6.0 loses CONNECTs, waiting longer is no use. */
  readonly connectTimeoutMs?: number;
  /** For twins and subscriptions; default 60 s, edgeHub itself waits for the cloud. */
  readonly requestTimeoutMs?: number;
  /** From `send` to the acknowledgement, the wait for a connection included in the first half; default 30 s each. */
  readonly sendTimeoutMs?: number;
  /** Back-off between connects; default 0.5 s doubling up to 30 s. */
  readonly reconnectBaseMs?: number;
  readonly reconnectCapMs?: number;
  /** How long a token is good; the connection is renewed after 7 tenths of it. Default 1 hour, whole seconds, at least 2. */
  readonly tokenLifetimeSeconds?: number;
  /** Default 60: a dead connection is noticed within two minutes, the SDK's 180 take six. */
  readonly keepAliveSeconds?: number;
  /** How often the hub may refuse our identity at the start before that is final; default 5, because edgeHub may not know a new module yet. */
  readonly refusalsAtStart?: number;
}

/** How long `stop` and a renewal wait for what is on its way; milliseconds. */
const drainMs = 3000;

/**
 * IoT Edge through the Azure SDK. The SDK takes the module's identity from the environment (`parseModuleEnvironment`
 * must have found it good). Nothing is open before `start`; handlers are best added before it. A message that is sent
 * while there is no connection waits for one as long as for its acknowledgement.
 */
export function createAzureHub(options: AzureHubOptions): Hub {
  const { log, clock = systemClock, random = Math.random } = options;
  const { reconnectBaseMs: baseMs = 500, reconnectCapMs: capMs = 30_000, tokenLifetimeSeconds = 3600 } = options;
  const { keepAliveSeconds = 60, sendTimeoutMs = 30_000, requestTimeoutMs = 60_000 } = options;
  const backoff: BackoffOptions = { baseMs, capMs, random };
  const timeouts = {
    connectMs: options.connectTimeoutMs ?? 20_000,
    requestMs: requestTimeoutMs,
    sendMs: sendTimeoutMs,
  };
  const metrics = createHubMetrics(options.metrics);
  const connectionListeners = new Set<(state: ConnectionState) => void>();
  const desiredListeners = new Set<(document: DesiredDocument) => void>();
  const sending = new Set<Promise<void>>();
  const waiting = new Set<Deferred<Session>>();
  let session: Session | undefined;
  let started: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;
  let closed = false;

  const inputs = createInputDispatch({
    onResult(result, input, error) {
      metrics.input(input, result);
      if (result === 'failed')
        log.error({ input, err: error }, 'input handler failed; the message counts as delivered');
    },
  });
  const methods = createMethodDispatch({
    onFailed: (method, error) => fault(`method ${method}`, error),
  });
  const reports = createReportQueue({ clock, backoff, onResult: metrics.report });
  const twins = createTwinSync({
    clock,
    log,
    backoff,
    refreshMs: options.twinRefreshMs ?? 300_000,
    onTwin: ({ reported }) => reports.observed(reported),
    onResult: metrics.twin,
    onNewer(document) {
      log.info({ version: document.version }, 'desired properties');
      metrics.desiredVersion(document.version);
      for (const listener of desiredListeners) guarded('desired listener', () => listener(document));
    },
  });
  const connection = createConnection({
    clock,
    log,
    backoff,
    tokenLifetimeMs: tokenLifetimeSeconds * 1000,
    refusalsAtStart: options.refusalsAtStart ?? 5,
    open: (signal) =>
      openSession({ clock, timeouts, keepAliveSeconds, tokenLifetimeSeconds, signal, events: sessionEvents }),
    stand,
    drain,
    part() {
      session = undefined;
      twins.detach();
      reports.detach();
    },
    onState(state) {
      metrics.connected(state === 'connected');
      for (const listener of connectionListeners) guarded('connection listener', () => listener(state));
    },
    onLost: () => metrics.lost(),
  });

  const sessionEvents: Parameters<typeof openSession>[0]['events'] = {
    onInput: (input, message) => inputs.accept(toInputMessage(input, message)),
    onDesired: (version) => twins.notified(typeof version === 'number' ? version : undefined),
    onMethod: (call, answer) => void methods.call(call.methods.methodName, call.body).then(answer),
    onFault: (error, where) => fault(`sdk ${where}`, error),
  };

  function fault(where: string, error: unknown): void {
    metrics.fault(where);
    log.error({ where, err: error }, 'fault');
  }

  /** Listeners of a module must not break the hub's own course. */
  function guarded(where: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      fault(where, error);
    }
  }

  /** The order matters: the desired document first, then the messages that are to be handled by it. */
  async function stand(opened: Session): Promise<void> {
    session = opened;
    for (const waiter of waiting) waiter.resolve(opened);
    inputs.reconnected();
    await twins.attach(opened);
    reports.attach({ report: (patch) => reportVerified(opened, patch) });
    if (methods.wanted) await opened.subscribeMethods();
    if (inputs.wanted) await opened.subscribeInputs();
  }

  async function drain(opened: Session, why: 'renew' | 'stop'): Promise<void> {
    await opened.unsubscribeInputs();
    // Over a renewal a handler may wait for a send that waits for the next session: don't wait for handlers then.
    if (why === 'stop') await settleWithin(clock, drainMs, inputs.idle());
    else session = undefined;
    await settleWithin(clock, drainMs, Promise.all([Promise.allSettled(sending), reports.idle()]));
  }

  /** A failure ends the session by itself; the next one subscribes again. */
  function afterwards(subscribe: (opened: Session) => Promise<void>): void {
    if (session !== undefined) subscribe(session).catch((error: unknown) => fault('subscription', error));
  }

  async function whenOpen(): Promise<Session> {
    if (session !== undefined) return session;
    const waiter = createDeferred<Session>();
    waiting.add(waiter);
    const outcome = await settleWithin(clock, sendTimeoutMs, waiter.promise);
    waiting.delete(waiter);
    if (outcome.state === 'done') return outcome.value;
    if (outcome.state === 'failed') throw outcome.error as EdgeError;
    throw new EdgeError('NOT_CONNECTED', `no connection to the hub in ${sendTimeoutMs} ms`, { retryable: true });
  }

  async function deliver(output: string, message: OutputMessage): Promise<void> {
    try {
      await (session ?? (await whenOpen())).send(output, message);
      metrics.output(output, 'sent');
    } catch (error) {
      metrics.output(output, 'failed');
      throw error;
    }
  }

  async function leave(): Promise<void> {
    // Whoever still waits for a connection waits in vain; what is on its way on a standing session may finish.
    if (session === undefined) refuseAll();
    await connection.stop();
    refuseAll();
    reports.stop();
    await twins.stop();
  }

  function refuseAll(): void {
    closed = true;
    for (const waiter of waiting) waiter.reject(stoppedError());
  }

  const stop = (): Promise<void> => (stopped ??= leave());

  return {
    get connection() {
      return connection.state;
    },
    get desired() {
      return twins.newest;
    },
    get reported() {
      return reports.held;
    },
    start: () => (stopped === undefined ? (started ??= connection.start()) : Promise.reject(stoppedError())),
    stop,
    [Symbol.asyncDispose]: stop,
    onConnection: (listener) => subscribe(connectionListeners, listener),
    onDesired(listener) {
      const { newest } = twins;
      if (newest !== undefined) guarded('desired listener', () => listener(newest));
      return subscribe(desiredListeners, listener);
    },
    onInput(input, handler) {
      const remove = inputs.add(input, handler);
      afterwards((opened) => opened.subscribeInputs());
      return () => {
        remove();
        if (!inputs.wanted) afterwards((opened) => opened.unsubscribeInputs());
      };
    },
    onMethod(name, handler) {
      methods.add(name, handler);
      afterwards((opened) => opened.subscribeMethods());
    },
    report: (patch) => (closed ? Promise.reject(stoppedError()) : reports.report(patch)),
    async send(output, message) {
      if (closed) throw stoppedError();
      checkMessageSize(message);
      const delivery = deliver(output, message);
      sending.add(delivery);
      try {
        await delivery;
      } finally {
        sending.delete(delivery);
      }
    },
  };
}

function subscribe<T>(listeners: Set<T>, listener: T): Unsubscribe {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

function stoppedError(): EdgeError {
  return new EdgeError('STOPPED', 'the hub is stopped');
}
