import type { Clock } from '@companion/foundation';

/** Whether a promise settled in time, and how. */
export type Settled<T> =
  | { readonly state: 'done'; readonly value: T }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'late' };

/** Waits for the promise at most `timeoutMs`. Never rejects; a rejection that comes late is taken in silence, because its moment has passed. */
export function settleWithin<T>(clock: Clock, timeoutMs: number, promise: Promise<T>): Promise<Settled<T>> {
  return new Promise((resolve) => {
    const cancel = clock.after(timeoutMs, () => {
      resolve({ state: 'late' });
    });
    promise.then(
      (value) => {
        cancel();
        resolve({ state: 'done', value });
      },
      (error: unknown) => {
        cancel();
        resolve({ state: 'failed', error });
      },
    );
  });
}
