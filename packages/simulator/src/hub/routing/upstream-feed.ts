import { EventSource } from '../../events/event-source.ts';
import type { UpstreamFeed, UpstreamMessage } from '../contract/contract.ts';

/** The feed with its writing end: it remembers the last `history` messages. */
export class WritableUpstreamFeed implements UpstreamFeed {
  readonly #history: number;
  readonly #arrivals = new EventSource<UpstreamMessage>();
  #remembered: UpstreamMessage[] = [];
  #count = 0;

  constructor(history: number) {
    this.#history = history;
  }

  get count(): number {
    return this.#count;
  }

  subscribe(listener: (message: UpstreamMessage) => void): () => void {
    return this.#arrivals.subscribe(listener);
  }

  recent(n: number): readonly UpstreamMessage[] {
    const wanted = Math.min(n, this.#history, this.#remembered.length);
    return wanted <= 0 ? [] : this.#remembered.slice(-wanted);
  }

  /** The remembered messages from a sequence number on, oldest first. */
  since(sequence: number): readonly UpstreamMessage[] {
    return this.recent(this.#count - sequence + 1);
  }

  append(message: Omit<UpstreamMessage, 'sequence'>): void {
    this.#count += 1;
    const entry = { ...message, sequence: this.#count };
    this.#remembered.push(entry);
    // Trimmed rarely, so that a full history does not copy itself for every message.
    if (this.#remembered.length >= 2 * this.#history) this.#remembered = this.#remembered.slice(-this.#history);
    this.#arrivals.emit(entry);
  }
}
