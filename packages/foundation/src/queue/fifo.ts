/** From this many empty places on they are given back. */
const leastEmptyPlaces = 1024;

/** First in, first out. Taking the first costs a constant on average, which an array's `shift` does not once it is long. */
export class Fifo<T> implements Iterable<T> {
  /** Entries from `#head` on; what is before was taken. */
  #entries: (T | undefined)[] = [];
  #head = 0;

  /** How many wait. */
  get size(): number {
    return this.#entries.length - this.#head;
  }

  /** Puts one behind the others. */
  push(entry: T): void {
    this.#entries.push(entry);
  }

  /** The first, which stays; undefined where none waits. */
  peek(): T | undefined {
    return this.#entries[this.#head];
  }

  /** Takes the first; undefined where none waits. */
  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const entry = this.#entries[this.#head];
    this.#entries[this.#head] = undefined;
    this.#head++;
    if (this.size === 0) this.clear();
    else if (this.#head >= leastEmptyPlaces && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }

  /** Forgets all. */
  clear(): void {
    this.#entries = [];
    this.#head = 0;
  }

  /** From first to last, without taking them. */
  *[Symbol.iterator](): Iterator<T> {
    for (let index = this.#head; index < this.#entries.length; index++) yield this.#entries[index] as T;
  }
}
