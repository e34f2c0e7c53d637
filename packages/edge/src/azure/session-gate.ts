import { createDeferred, type Clock, type Deferred } from '@companion/foundation';
import { settleWithin } from '../hub/deadline.ts';
import { EdgeError } from '../hub/edge-error.ts';
import type { Session } from './session.ts';

/** The session that stands now, and whoever waits for one. */
export class SessionGate {
  readonly #clock: Clock;
  readonly #waiting = new Set<Deferred<Session>>();
  #session: Session | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined while none stands, and during a renewal. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** Gives the session to everybody who waits and to those who come. */
  open(session: Session): void {
    this.#session = session;
    for (const waiter of this.#waiting) waiter.resolve(session);
  }

  close(): void {
    this.#session = undefined;
  }

  /** Resolves with the next session; rejects with NOT_CONNECTED after `timeoutMs`, or with the error of `refuse`. */
  async next(timeoutMs: number): Promise<Session> {
    const waiter = createDeferred<Session>();
    this.#waiting.add(waiter);
    const outcome = await settleWithin(this.#clock, timeoutMs, waiter.promise);
    this.#waiting.delete(waiter);
    if (outcome.state === 'done') return outcome.value;
    if (outcome.state === 'failed') throw outcome.error as EdgeError;
    throw new EdgeError('NOT_CONNECTED', `no connection to the hub in ${timeoutMs} ms`, { retryable: true });
  }

  /** Rejects everybody who waits. */
  refuse(error: EdgeError): void {
    for (const waiter of this.#waiting) waiter.reject(error);
  }
}
