import { backoffMs, type BackoffOptions, type Clock, sleep } from '@companion/foundation';
import { EdgeError } from '../hub/edge-error.ts';
import type { ConnectionState } from '../hub/hub.ts';
import type { Log } from '../telemetry/log.ts';
import type { Session } from './session.ts';

/** Keeps a session standing. */
export interface Connection {
  readonly state: ConnectionState;
  /** Resolves when the first session stands. Rejects where trying again can't help, and with STOPPED. */
  start(): Promise<void>;
  /** Leaves the session in order, or gives up connecting. */
  stop(): Promise<void>;
}

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly backoff: BackoffOptions;
  readonly tokenLifetimeMs: number;
  /** How often the hub may refuse our identity before that is final; only until the first session stands. */
  readonly refusalsAtStart: number;
  /** Rejects with an EdgeError. */
  readonly open: (signal: AbortSignal) => Promise<Session>;
  /** Makes everything stand on a new session; a rejection gives the session up. */
  readonly stand: (session: Session) => Promise<void>;
  /** Waits, for a bounded time, for what is on its way. */
  readonly drain: (session: Session, why: 'renew' | 'stop') => Promise<void>;
  /** The session must not be used any more. */
  readonly part: () => void;
  readonly onState: (state: ConnectionState) => void;
  readonly onLost: () => void;
}

/** A session that ends sooner counts as a failed attempt, so that a hub that drops us at once is not hammered. */
const stableMs = 10_000;

/**
 * One session after the other, for ever: the SDK's own retries end after four minutes. Back-off is capped and fully
 * jittered. A session is renewed before its token expires; the state does not change over that.
 */
export function createConnection(options: ConnectionOptions): Connection {
  const { clock, log, backoff } = options;
  const stopping = new AbortController();
  let state: ConnectionState = 'disconnected';
  let failures = 0;
  let refusals = 0;
  let told: string | undefined;
  let running: Promise<void> | undefined;
  let firstStands: (() => void) | undefined;

  const isStopping = (): boolean => stopping.signal.aborted;

  function setState(next: ConnectionState): void {
    if (state === next) return;
    state = next;
    options.onState(next);
  }

  /** One line for a state, not one for every attempt. */
  function tell(error: EdgeError): void {
    if (told !== error.code) log.warn({ code: error.code, ...error.facts }, error.message);
    told = error.code;
  }

  async function failed(error: EdgeError): Promise<void> {
    setState('disconnected');
    tell(error);
    failures += 1;
    await sleep(clock, backoffMs(failures, backoff), stopping.signal);
  }

  async function run(): Promise<void> {
    while (!isStopping()) {
      let session: Session;
      try {
        session = await options.open(stopping.signal);
      } catch (error) {
        if (isStopping()) break;
        const failure = asEdgeError(error);
        if (failure.code === 'UNAUTHORIZED') refusals += 1;
        const final = !failure.retryable || refusals >= options.refusalsAtStart;
        if (final && firstStands !== undefined) throw failure;
        await failed(failure);
        continue;
      }
      await live(session);
    }
    if (firstStands !== undefined) throw new EdgeError('STOPPED', 'stopped before the hub was reached');
  }

  /** One session from its first to its last moment. */
  async function live(session: Session): Promise<void> {
    const since = clock.now();
    const renewal = new AbortController();
    // Well before the token expires, and not all modules of a device at once.
    const cancelRenewal = clock.after(options.tokenLifetimeMs * (0.7 - backoff.random() * 0.05), () => renewal.abort());
    const leave = Promise.race([
      session.ended,
      aborted(renewal.signal).then(() => 'renew' as const),
      aborted(stopping.signal).then(() => 'stop' as const),
    ]);
    const standing = options.stand(session).then(() => 'stands' as const, asEdgeError);
    let reason = await Promise.race([standing, leave]);
    if (reason === 'stands') {
      stood();
      reason = await leave;
    }
    cancelRenewal();

    if (reason === 'renew' || reason === 'stop') await options.drain(session, reason);
    options.part();
    await session.close();
    if (clock.now() - since >= stableMs) failures = 0;
    if (reason === 'stop') setState('disconnected');
    if (reason instanceof EdgeError) {
      options.onLost();
      await failed(reason);
    }
  }

  function stood(): void {
    if (state === 'disconnected') log.info({ failures }, 'hub connected');
    told = undefined;
    refusals = 0;
    setState('connected');
    firstStands?.();
    firstStands = undefined;
  }

  return {
    get state() {
      return state;
    },
    async start() {
      const stands = new Promise<void>((resolve) => (firstStands = resolve));
      running = run();
      // `run` rejects only before the first session stands; after that it ends with `stop`.
      await Promise.race([stands, running]);
    },
    async stop() {
      stopping.abort();
      await running?.catch(() => undefined);
    },
  };
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
