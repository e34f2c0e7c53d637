import { createDeferred, type Clock } from '@companion/foundation';
import { EdgeError, type EdgeErrorCode } from '../hub/edge-error.ts';

/** The SDK's callbacks: error, then result. */
export type Callback<T> = (error?: Error | null, result?: T) => void;

/** What is asked of the SDK. */
export interface Request<T> {
  /** For messages: what no answer came to. */
  readonly what: string;
  readonly timeoutMs: number;
  /** The code of the error after `timeoutMs`; default HUB_TIMEOUT. */
  readonly code?: EdgeErrorCode;
  readonly call: (done: Callback<T>) => void;
}

/**
 * Everything that waits for an answer on one connection. SDK callbacks may never come: they are dropped when the
 * connection closes at the wrong moment, and requests for twins have no timeout.
 */
export class Requests {
  readonly #clock: Clock;
  /** Rejects each request that waits. */
  readonly #waiting = new Set<(error: EdgeError) => void>();
  readonly #ended = createDeferred<EdgeError>();
  #over: EdgeError | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Why the connection is over, once it is. */
  get over(): EdgeError | undefined {
    return this.#over;
  }

  /** Resolves with the same. */
  get ended(): Promise<EdgeError> {
    return this.#ended.promise;
  }

  /** Rejects everything that waits, and everything that is asked later. Only the first reason counts. */
  end(reason: EdgeError): void {
    if (this.#over !== undefined) return;
    this.#over = reason;
    for (const fail of [...this.#waiting]) fail(reason);
    this.#ended.resolve(reason);
  }

  /** Rejects with the SDK's error, with `code` (retryable) after `timeoutMs`, or with the reason of the end. */
  ask<T>({ what, timeoutMs, code = 'HUB_TIMEOUT', call }: Request<T>): Promise<T | undefined> {
    return new Promise<T | undefined>((resolve, reject) => {
      if (this.#over !== undefined) {
        reject(this.#over);
        return;
      }
      const finish = (): void => {
        cancel();
        this.#waiting.delete(fail);
      };
      const fail = (error: Error): void => {
        finish();
        reject(error);
      };
      const cancel = this.#clock.after(timeoutMs, () => {
        fail(new EdgeError(code, `${what}: no answer in ${timeoutMs} ms`, { retryable: true, facts: { timeoutMs } }));
      });
      this.#waiting.add(fail);
      try {
        call((error, result) => {
          finish();
          if (error) reject(error);
          else resolve(result);
        });
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }
}
