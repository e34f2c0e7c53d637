/** Passes events on to listeners, in the order in which they subscribed. */
export class EventSource<T> {
  readonly #listeners = new Set<(event: T) => void>();

  /** Calls with every event from now on; the returned function ends that. A listener must not throw: it would stop the emitter. */
  subscribe(listener: (event: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: T): void {
    for (const listener of this.#listeners) listener(event);
  }
}
