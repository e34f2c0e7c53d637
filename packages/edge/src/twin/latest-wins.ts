/** What `latestWins` gives. */
export interface LatestWins<T> {
  /** Runs with the value as soon as no run is under way; a value that still waited is forgotten, a run under way is asked to abort. */
  submit(value: T): void;
  /** Resolves when no run is under way and none waits. */
  idle(): Promise<void>;
  /** Forgets what waits, aborts what runs and waits for its end; later submits do nothing. */
  stop(): Promise<void>;
}

/**
 * One run at a time, the latest value wins. A newer value aborts the signal of the run under way; a run that ignores
 * the signal just finishes before the newer one starts. Runs handle their own errors: one that rejects after its signal
 * was aborted is taken as aborted, any other rejection goes to `onError`, or without it becomes an unhandled rejection.
 */
export function latestWins<T>(
  run: (value: T, signal: AbortSignal) => Promise<void>,
  onError?: (error: unknown) => void,
): LatestWins<T> {
  let waiting: { readonly value: T } | undefined;
  let current: AbortController | undefined;
  let stopped = false;
  let idle = Promise.resolve();

  async function drain(): Promise<void> {
    while (waiting !== undefined) {
      const { value } = waiting;
      waiting = undefined;
      const controller = new AbortController();
      current = controller;
      try {
        await run(value, controller.signal);
      } catch (error) {
        if (!controller.signal.aborted) fail(error);
      } finally {
        current = undefined;
      }
    }
  }

  function fail(error: unknown): void {
    if (onError === undefined) void Promise.reject(error instanceof Error ? error : new Error(String(error)));
    else onError(error);
  }

  return {
    submit(value) {
      if (stopped) return;
      const starts = waiting === undefined && current === undefined;
      waiting = { value };
      current?.abort();
      // The start is put off by a microtask, so that several submits in one go are one run.
      if (starts) idle = Promise.resolve().then(drain);
    },
    idle: () => idle,
    async stop() {
      stopped = true;
      waiting = undefined;
      current?.abort();
      await idle;
    },
  };
}
