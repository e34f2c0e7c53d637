import type { JsonObject } from '@companion/foundation';
import { settleWithin } from '../hub/deadline.ts';
import { EdgeError } from '../hub/edge-error.ts';
import type { ConnectionState, DesiredDocument, Hub, OutputMessage, Unsubscribe } from '../hub/hub.ts';
import { checkMessageSize, sendable } from '../hub/message-limits.ts';
import type { Log } from '../telemetry/log.ts';
import { Connection } from './connection.ts';
import type { TransportEvent } from './guarded-transport.ts';
import { HubMetrics } from './hub-metrics.ts';
import { hubSettings, type AzureHubOptions, type HubSettings } from './hub-options.ts';
import { InputDispatch, toInputMessage, type InputHandler } from './input-dispatch.ts';
import { Listeners, type OnFault } from './listeners.ts';
import { MethodDispatch, type MethodHandler } from './method-dispatch.ts';
import { openSession } from './open-session.ts';
import type { RawTwin } from './raw-twin.ts';
import { ReportQueue } from './report-queue.ts';
import { reportVerified } from './report-verdict.ts';
import { Sender } from './sender.ts';
import type { Session } from './session.ts';
import { SessionGate } from './session-gate.ts';
import { TwinSync } from './twin-sync.ts';

/** How long `stop` and a renewal wait for what is on its way; milliseconds. */
const drainMs = 3000;

/**
 * IoT Edge through the Azure SDK. The SDK takes the module's identity from the environment (`parseModuleEnvironment`
 * must have found it good). Nothing is open before `start`; handlers are best added before it. A message that is sent
 * while there is no connection waits for one as long as for its acknowledgement.
 */
export class AzureHub implements Hub {
  readonly #log: Log;
  readonly #settings: HubSettings;
  readonly #metrics: HubMetrics;
  readonly #connectionListeners: Listeners<ConnectionState>;
  readonly #desiredListeners: Listeners<DesiredDocument>;
  readonly #inputs: InputDispatch;
  readonly #methods: MethodDispatch;
  readonly #reports: ReportQueue;
  readonly #twins: TwinSync;
  readonly #gate: SessionGate;
  readonly #sender: Sender;
  readonly #connection: Connection;
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  /** Whether sends and reports are refused. */
  #closed = false;

  constructor(options: AzureHubOptions) {
    const { log } = options;
    const settings = hubSettings(options);
    const { clock, backoff } = settings;
    const metrics = new HubMetrics(options.metrics);
    const onFault: OnFault = (where, error) => this.#fault(where, error);
    this.#log = log;
    this.#settings = settings;
    this.#metrics = metrics;
    this.#connectionListeners = new Listeners({ where: 'connection listener', onFault });
    this.#desiredListeners = new Listeners({ where: 'desired listener', onFault });
    this.#inputs = new InputDispatch({ log, metrics });
    this.#methods = new MethodDispatch({ onFault });
    this.#reports = new ReportQueue({ clock, backoff, metrics });
    this.#twins = new TwinSync({
      clock,
      log,
      backoff,
      metrics,
      refreshMs: settings.twinRefreshMs,
      onTwin: (twin, taken) => this.#observed(twin, taken),
      onDoubt: () => this.#connection.renew(),
    });
    this.#gate = new SessionGate(clock);
    this.#sender = new Sender({ gate: this.#gate, metrics, waitMs: settings.timeouts.sendMs });
    this.#connection = new Connection({
      clock,
      log,
      backoff,
      metrics,
      tokenLifetimeMs: settings.tokenLifetimeSeconds * 1000,
      refusalsAtStart: settings.refusalsAtStart,
      owner: {
        open: (signal) => openSession({ ...this.#settings, signal, onEvent: (event) => this.#received(event) }),
        stand: (session) => this.#stand(session),
        drain: (session, why) => this.#drain(session, why),
        part: () => this.#part(),
        changed: (state) => this.#connectionListeners.emit(state),
      },
    });
  }

  get connection(): ConnectionState {
    return this.#connection.state;
  }

  get desired(): DesiredDocument | undefined {
    return this.#twins.newest;
  }

  get reported(): JsonObject | undefined {
    return this.#reports.held;
  }

  start(): Promise<void> {
    if (this.#stopped !== undefined) return Promise.reject(stoppedError());
    return (this.#started ??= this.#connection.start());
  }

  stop(): Promise<void> {
    return (this.#stopped ??= this.#leave());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  onConnection(listener: (state: ConnectionState) => void): Unsubscribe {
    return this.#connectionListeners.add(listener);
  }

  onDesired(listener: (document: DesiredDocument) => void): Unsubscribe {
    const { newest } = this.#twins;
    if (newest !== undefined) this.#desiredListeners.notify(listener, newest);
    return this.#desiredListeners.add(listener);
  }

  onInput(input: string, handler: InputHandler): Unsubscribe {
    const remove = this.#inputs.add(input, handler);
    this.#subscribe((session) => session.subscribeInputs());
    return () => {
      remove();
      if (!this.#inputs.wanted) this.#subscribe((session) => session.unsubscribeInputs());
    };
  }

  onMethod(name: string, handler: MethodHandler): void {
    this.#methods.add(name, handler);
    this.#subscribe((session) => session.subscribeMethods());
  }

  report(patch: JsonObject): Promise<void> {
    return this.#closed ? Promise.reject(stoppedError()) : this.#reports.report(patch);
  }

  async send(output: string, message: OutputMessage): Promise<void> {
    if (this.#closed) throw stoppedError();
    const sent = sendable(message);
    checkMessageSize(sent);
    await this.#sender.send(output, sent);
  }

  #received(event: TransportEvent): void {
    switch (event.kind) {
      case 'input':
        this.#inputs.accept(toInputMessage(event.input, event.message));
        break;
      case 'desired':
        this.#twins.notified(event.version);
        break;
      case 'method':
        void this.#methods.call(event.name, event.body).then(event.answer);
        break;
      case 'fault':
        this.#fault(`sdk ${event.where}`, event.error);
    }
  }

  #observed({ reported }: RawTwin, taken: DesiredDocument | undefined): void {
    this.#reports.observed(reported);
    if (taken === undefined) return;
    this.#log.info({ version: taken.version }, 'desired properties');
    this.#metrics.desiredVersion(taken.version);
    this.#desiredListeners.emit(taken);
  }

  /** The order matters: the desired document first, then the messages that are to be handled by it. */
  async #stand(session: Session): Promise<void> {
    this.#gate.open(session);
    this.#inputs.reconnected();
    await this.#twins.attach(session);
    this.#reports.attach({ report: (patch) => reportVerified(session, patch) });
    if (this.#methods.wanted) await session.subscribeMethods();
    if (this.#inputs.wanted) await session.subscribeInputs();
  }

  async #drain(session: Session, why: 'renew' | 'stop'): Promise<void> {
    const { clock } = this.#settings;
    await session.unsubscribeInputs();
    // Over a renewal a handler may wait for a send that waits for the next session: don't wait for handlers then.
    if (why === 'stop') await settleWithin(clock, drainMs, this.#inputs.idle());
    else this.#gate.close();
    await settleWithin(clock, drainMs, Promise.all([this.#sender.idle(), this.#reports.idle()]));
  }

  #part(): void {
    this.#gate.close();
    this.#twins.detach();
    this.#reports.detach();
  }

  /** A failure ends the session by itself; the next one subscribes again. */
  #subscribe(subscribe: (session: Session) => Promise<void>): void {
    const { session } = this.#gate;
    if (session !== undefined) subscribe(session).catch((error: unknown) => this.#fault('subscription', error));
  }

  async #leave(): Promise<void> {
    // Whoever still waits for a connection waits in vain; what is on its way on a standing session may finish.
    if (this.#gate.session === undefined) this.#refuse();
    await this.#connection.stop();
    this.#refuse();
    this.#reports.stop();
    await this.#twins.stop();
  }

  #refuse(): void {
    this.#closed = true;
    this.#gate.refuse(stoppedError());
  }

  #fault(where: string, error: unknown): void {
    this.#metrics.fault(where);
    this.#log.error({ where, err: error }, 'fault');
  }
}

function stoppedError(): EdgeError {
  return new EdgeError('STOPPED', 'the hub is stopped');
}
