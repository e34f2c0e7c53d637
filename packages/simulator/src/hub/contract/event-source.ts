/** Tells listeners of events, in the order in which they subscribed. */
export interface EventSource<T> {
  subscribe(listener: (event: T) => void): () => void;
  emit(event: T): void;
}

/** An event source without listeners. A listener must not throw: it would stop what it was told of. */
export function createEventSource<T>(): EventSource<T> {
  const listeners = new Set<(event: T) => void>();
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
  };
}
