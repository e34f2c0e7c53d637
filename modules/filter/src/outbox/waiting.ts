import { entryBytes, type Entry } from './entry.ts';

/** How much may wait. */
export interface Capacity {
  readonly entries: number;
  readonly bytes: number;
}

/** Entries in order, bounded. When full, the oldest snapshot goes first, then the oldest event; the first entry is kept while it is on its way. */
export class Waiting {
  readonly #capacity: Capacity;
  /** By sequence number, in order. */
  readonly #entries = new Map<number, Entry>();
  #bytes = 0;

  constructor(capacity: Capacity) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  first(): Entry | undefined {
    return this.#entries.values().next().value;
  }

  all(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  /** Returns what had to go for it: others, or the entry itself where it alone is too large or all the rest matters more. */
  add(entry: Entry, { firstIsUnderWay }: { readonly firstIsUnderWay: boolean }): readonly Entry[] {
    const dropped: Entry[] = [];
    const size = entryBytes(entry);
    while (this.#entries.size >= this.#capacity.entries || this.#bytes + size > this.#capacity.bytes) {
      const one = this.#victim(entry, { firstIsUnderWay });
      dropped.push(one);
      if (one === entry) return dropped;
      this.remove(one.seq);
    }
    this.#entries.set(entry.seq, entry);
    this.#bytes += size;
    return dropped;
  }

  remove(seq: number): void {
    const entry = this.#entries.get(seq);
    if (entry === undefined) return;
    this.#entries.delete(seq);
    this.#bytes -= entryBytes(entry);
  }

  /** A snapshot never displaces an event. */
  #victim(newcomer: Entry, { firstIsUnderWay }: { readonly firstIsUnderWay: boolean }): Entry {
    let oldestEvent: Entry | undefined;
    let first = true;
    for (const entry of this.#entries.values()) {
      const underWay = first && firstIsUnderWay;
      first = false;
      if (underWay) continue;
      if (entry.kind === 'snapshot') return entry;
      oldestEvent ??= entry;
    }
    return newcomer.kind === 'snapshot' ? newcomer : (oldestEvent ?? newcomer);
  }
}
