import { type Clock, createDeferred } from '@companion/foundation';
import { EdgeError, type EdgeErrorCode } from '../hub/edge-error.ts';

/** The SDK's callbacks: error, then result. */
export type Callback<T> = (error?: Error | null, result?: T) => void;

/** Everything that waits for an answer on one connection. */
export interface Requests {
  /** Why the connection is over, once it is. */
  readonly over: EdgeError | undefined;
  /** Resolves with the same. */
  readonly ended: Promise<EdgeError>;
  /** Rejects everything that waits, and everything that is asked later. Only the first reason counts. */
  readonly end: (reason: EdgeError) => void;
  /** Rejects with the SDK's error, with `code` (retryable) after `timeoutMs`, or with the reason of the end. */
  readonly request: <T>(
    code: EdgeErrorCode,
    what: string,
    timeoutMs: number,
    call: (done: Callback<T>) => void,
  ) => Promise<T | undefined>;
}

/** Waits for SDK callbacks that may never come: they are dropped when the connection closes at the wrong moment, and requests for twins have no timeout. */
export function createRequests(clock: Clock): Requests {
  const waiting = new Set<(error: EdgeError) => void>();
  const ended = createDeferred<EdgeError>();
  let over: EdgeError | undefined;

  return {
    get over() {
      return over;
    },
    ended: ended.promise,
    end(reason) {
      if (over !== undefined) return;
      over = reason;
      for (const fail of [...waiting]) fail(reason);
      ended.resolve(reason);
    },
    request: <T>(code: EdgeErrorCode, what: string, timeoutMs: number, call: (done: Callback<T>) => void) =>
      new Promise<T | undefined>((resolve, reject) => {
        if (over !== undefined) {
          reject(over);
          return;
        }
        const finish = (): void => {
          cancel();
          waiting.delete(fail);
        };
        const fail = (error: Error): void => {
          finish();
          reject(error);
        };
        const cancel = clock.after(timeoutMs, () => {
          fail(new EdgeError(code, `${what}: no answer in ${timeoutMs} ms`, { retryable: true, facts: { timeoutMs } }));
        });
        waiting.add(fail);
        try {
          call((error, result) => {
            finish();
            if (error) reject(error);
            else resolve(result);
          });
        } catch (error) {
          fail(error instanceof Error ? error : new Error(String(error)));
        }
      }),
  };
}
