import { backoffMs, sleep, type BackoffOptions, type Clock } from '@companion/foundation';
import { EdgeError } from '../hub/edge-error.ts';
import type { ConnectionState } from '../hub/hub.ts';
import type { Log } from '../telemetry/log.ts';
import type { HubMetrics } from './hub-metrics.ts';
import type { Session } from './session.ts';

/** What a connection's owner does with each session. */
export interface SessionOwner {
  /** Rejects with an EdgeError. */
  open(signal: AbortSignal): Promise<Session>;
  /** Makes everything stand on a new session; a rejection gives the session up. */
  stand(session: Session): Promise<void>;
  /** Waits, for a bounded time, for what is on its way. */
  drain(session: Session, why: 'renew' | 'stop'): Promise<void>;
  /** The session must not be used any more. */
  part(): void;
  /** The state is another one now. */
  changed(state: ConnectionState): void;
}

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly backoff: BackoffOptions;
  readonly metrics: Pick<HubMetrics, 'connection' | 'lost'>;
  readonly tokenLifetimeMs: number;
  /** How often the hub may refuse our identity before that is final; only until the first session stands. */
  readonly refusalsAtStart: number;
  readonly owner: SessionOwner;
}

/** A session that ends sooner counts as a failed attempt, so that a hub that drops us at once is not hammered. */
const stableMs = 10_000;

/**
 * One session after the other, for ever: the SDK's own retries end after four minutes. Back-off is capped and fully
 * jittered. A session is renewed before its token expires; the state does not change over that.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #stopping = new AbortController();
  #state: ConnectionState = 'disconnected';
  /** Attempts that failed in a row. */
  #failures = 0;
  /** Attempts in a row in which the hub refused our identity. */
  #refusals = 0;
  /** The code of the last error in the log: one line for a state, not one for every attempt. */
  #logged: string | undefined;
  #running: Promise<void> | undefined;
  /** Renews the session of this moment. */
  #renewal = new AbortController();
  /** Resolves `start`; undefined once the first session stands. */
  #firstStands: (() => void) | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Resolves when the first session stands. Rejects where trying again can't help, and with STOPPED. */
  async start(): Promise<void> {
    const stands = new Promise<void>((resolve) => (this.#firstStands = resolve));
    this.#running = this.#run();
    // `#run` rejects only before the first session stands; after that it ends with `stop`.
    await Promise.race([stands, this.#running]);
  }

  /** Leaves the session in order, or gives up connecting. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running?.catch(() => undefined);
  }

  /** Leaves the session in order for a fresh one. */
  renew(): void {
    this.#renewal.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    // A function, because the compiler takes a signal that was not aborted once as never aborted.
    const isStopping = (): boolean => signal.aborted;
    while (!isStopping()) {
      let session: Session;
      try {
        session = await this.#options.owner.open(signal);
      } catch (error) {
        if (isStopping()) break;
        const failure = asEdgeError(error);
        if (failure.code === 'UNAUTHORIZED') this.#refusals += 1;
        const final = !failure.retryable || this.#refusals >= this.#options.refusalsAtStart;
        if (final && this.#firstStands !== undefined) throw failure;
        await this.#failed(failure);
        continue;
      }
      await this.#live(session);
    }
    if (this.#firstStands !== undefined) throw new EdgeError('STOPPED', 'stopped before the hub was reached');
  }

  /** One session from its first to its last moment. */
  async #live(session: Session): Promise<void> {
    const { clock, backoff, metrics, owner, tokenLifetimeMs } = this.#options;
    const sinceMs = clock.monotonicMs();
    const renewal = new AbortController();
    this.#renewal = renewal;
    // Well before the token expires, and not all modules of a device at once.
    const cancelRenewal = clock.after(tokenLifetimeMs * (0.7 - backoff.random() * 0.05), () => renewal.abort());
    const leave = Promise.race([
      session.ended,
      aborted(renewal.signal).then(() => 'renew' as const),
      aborted(this.#stopping.signal).then(() => 'stop' as const),
    ]);
    const standing = owner.stand(session).then(() => 'stands' as const, asEdgeError);
    let reason = await Promise.race([standing, leave]);
    if (reason === 'stands') {
      this.#stood();
      reason = await leave;
    }
    cancelRenewal();

    if (reason === 'renew' || reason === 'stop') await owner.drain(session, reason);
    owner.part();
    await session.close();
    if (clock.monotonicMs() - sinceMs >= stableMs) this.#failures = 0;
    if (reason === 'stop') this.#change('disconnected');
    if (reason instanceof EdgeError) {
      metrics.lost();
      await this.#failed(reason);
    }
  }

  #stood(): void {
    if (this.#state === 'disconnected') this.#options.log.info({ failures: this.#failures }, 'hub connected');
    this.#logged = undefined;
    this.#refusals = 0;
    this.#change('connected');
    this.#firstStands?.();
    this.#firstStands = undefined;
  }

  async #failed(error: EdgeError): Promise<void> {
    const { clock, log, backoff } = this.#options;
    this.#change('disconnected');
    if (this.#logged !== error.code) log.warn({ code: error.code, ...error.facts }, error.message);
    this.#logged = error.code;
    this.#failures += 1;
    await sleep(clock, backoffMs(this.#failures, backoff), this.#stopping.signal);
  }

  #change(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.metrics.connection(state);
    this.#options.owner.changed(state);
  }
}

function asEdgeError(error: unknown): EdgeError {
  if (error instanceof EdgeError) return error;
  return new EdgeError('HUB_UNREACHABLE', 'the connection failed', { retryable: true, cause: error });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
