/**
 * One run at a time, the latest value wins. A newer value aborts the signal of the run under way; a run that ignores
 * the signal just finishes before the newer one starts. Runs handle their own errors: one that rejects after its signal
 * was aborted is taken as aborted, any other rejection goes to `onError`, or without it becomes an unhandled rejection.
 */
export class LatestWins<T> {
  readonly #run: (value: T, signal: AbortSignal) => Promise<void>;
  readonly #onError: ((error: unknown) => void) | undefined;
  #waiting: { readonly value: T } | undefined;
  /** Aborts the run under way. */
  #current: AbortController | undefined;
  #stopped = false;
  #idle = Promise.resolve();

  constructor(options: {
    readonly run: (value: T, signal: AbortSignal) => Promise<void>;
    readonly onError?: (error: unknown) => void;
  }) {
    this.#run = options.run;
    this.#onError = options.onError;
  }

  /** Runs with the value as soon as no run is under way; a value that still waited is forgotten, a run under way is asked to abort. */
  submit(value: T): void {
    if (this.#stopped) return;
    const starts = this.#waiting === undefined && this.#current === undefined;
    this.#waiting = { value };
    this.#current?.abort();
    // The start is put off by a microtask, so that several submits in one go are one run.
    if (starts) this.#idle = Promise.resolve().then(() => this.#drain());
  }

  /** Resolves when no run is under way and none waits. */
  idle(): Promise<void> {
    return this.#idle;
  }

  /** Forgets what waits, aborts what runs and waits for its end; later submits do nothing. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting = undefined;
    this.#current?.abort();
    await this.#idle;
  }

  async #drain(): Promise<void> {
    while (this.#waiting !== undefined) {
      const { value } = this.#waiting;
      this.#waiting = undefined;
      const controller = new AbortController();
      this.#current = controller;
      try {
        await this.#run(value, controller.signal);
      } catch (error) {
        if (!controller.signal.aborted) this.#fail(error);
      } finally {
        this.#current = undefined;
      }
    }
  }

  #fail(error: unknown): void {
    if (this.#onError === undefined) void Promise.reject(error instanceof Error ? error : new Error(String(error)));
    else this.#onError(error);
  }
}
