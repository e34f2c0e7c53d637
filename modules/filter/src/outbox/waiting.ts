import { entryBytes, type Entry } from './entry.ts';

/** How much may wait. */
export interface Capacity {
  readonly entries: number;
  readonly bytes: number;
}

/** Entries in order, bounded. When full, the oldest snapshot goes first, then the oldest event. */
export class Waiting {
  readonly #capacity: Capacity;
  /** By sequence number, in order. */
  readonly #entries = new Map<number, Entry>();
  /** Those of them that are snapshots, in order: the first to go is found at once, however many wait. */
  readonly #snapshots = new Map<number, Entry>();
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

  /** All, in order. */
  entries(): Iterable<Entry> {
    return this.#entries.values();
  }

  has(seq: number): boolean {
    return this.#entries.has(seq);
  }

  /** Returns what had to go for it: others, or the entry itself where it alone is too large or all the rest matters more. */
  add(entry: Entry): readonly Entry[] {
    const dropped: Entry[] = [];
    const size = entryBytes(entry);
    while (this.#entries.size >= this.#capacity.entries || this.#bytes + size > this.#capacity.bytes) {
      const one = this.#victim(entry);
      dropped.push(one);
      if (one === entry) return dropped;
      this.remove(one.seq);
    }
    this.#entries.set(entry.seq, entry);
    if (entry.kind === 'snapshot') this.#snapshots.set(entry.seq, entry);
    this.#bytes += size;
    return dropped;
  }

  remove(seq: number): void {
    const entry = this.#entries.get(seq);
    if (entry === undefined) return;
    this.#entries.delete(seq);
    this.#snapshots.delete(seq);
    this.#bytes -= entryBytes(entry);
  }

  /** A snapshot never displaces an event. An entry that no room is large enough for displaces nothing. */
  #victim(newcomer: Entry): Entry {
    if (entryBytes(newcomer) > this.#capacity.bytes) return newcomer;
    const snapshot = first(this.#snapshots);
    if (snapshot !== undefined || newcomer.kind === 'snapshot') return snapshot ?? newcomer;
    return first(this.#entries) ?? newcomer;
  }
}

function first(entries: ReadonlyMap<number, Entry>): Entry | undefined {
  return entries.values().next().value;
}
