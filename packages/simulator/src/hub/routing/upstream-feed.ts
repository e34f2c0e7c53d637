import type { UpstreamFeed, UpstreamMessage } from '../contract/contract.ts';

/** The feed with its writing end. */
export interface WritableUpstreamFeed extends UpstreamFeed {
  append(message: Omit<UpstreamMessage, 'sequence'>): void;
  /** The remembered messages from a sequence number on, oldest first. */
  since(sequence: number): readonly UpstreamMessage[];
}

/** Keeps the last `history` messages and tells every listener of new ones; a listener must not throw. */
export function createUpstreamFeed(history: number): WritableUpstreamFeed {
  const listeners = new Set<(message: UpstreamMessage) => void>();
  let remembered: UpstreamMessage[] = [];
  let count = 0;

  function recent(n: number): readonly UpstreamMessage[] {
    const wanted = Math.min(n, history, remembered.length);
    return wanted <= 0 ? [] : remembered.slice(-wanted);
  }

  return {
    get count() {
      return count;
    },
    recent,
    since: (sequence) => recent(count - sequence + 1),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    append: (message) => {
      count += 1;
      const entry = { ...message, sequence: count };
      remembered.push(entry);
      // Trimmed rarely, so that a full history does not copy itself for every message.
      if (remembered.length >= 2 * history) remembered = remembered.slice(-history);
      for (const listener of listeners) listener(entry);
    },
  };
}
