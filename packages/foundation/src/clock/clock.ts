/** Time, as everything here gets it: from outside, so that tests give their own. */
export interface Clock {
  /** The time of day in milliseconds since 1970. It jumps when a device learns the time. */
  now(): number;
  /** Milliseconds since some fixed moment; it never jumps, and only differences mean something. */
  monotonicMs(): number;
  /** Calls once after `delayMs`; the returned function cancels. */
  after(delayMs: number, call: () => void): () => void;
}

/** Resolves after `delayMs`, or as soon as the signal aborts; it never rejects. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const wake = (): void => {
      cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.after(delayMs, wake);
    signal.addEventListener('abort', wake);
  });
}

/** Resolves after `delayMs`; rejects with the signal's reason as soon as it aborts. */
export async function delay(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  await sleep(clock, delayMs, signal);
  signal.throwIfAborted();
}
