import { entryBytes, type Entry } from './entry.ts';

/** How much may wait. */
export interface Capacity {
  readonly entries: number;
  readonly bytes: number;
}

/** Entries in order, bounded. When full, the oldest snapshot goes first, then the oldest event; the first entry is kept while it is on its way. */
export interface Waiting {
  readonly size: number;
  readonly bytes: number;
  first(): Entry | undefined;
  all(): readonly Entry[];
  /** Returns what had to go for it: others, or the entry itself where it alone is too large or all the rest matters more. */
  add(entry: Entry, options: { readonly firstIsUnderWay: boolean }): readonly Entry[];
  remove(seq: number): void;
}

/** Nothing waits. */
export function createWaiting(capacity: Capacity): Waiting {
  const entries = new Map<number, Entry>();
  let bytes = 0;

  function remove(seq: number): void {
    const entry = entries.get(seq);
    if (entry === undefined) return;
    entries.delete(seq);
    bytes -= entryBytes(entry);
  }

  /** A snapshot never displaces an event. */
  function victim(newcomer: Entry, firstIsUnderWay: boolean): Entry {
    let oldestEvent: Entry | undefined;
    let first = true;
    for (const entry of entries.values()) {
      const underWay = first && firstIsUnderWay;
      first = false;
      if (underWay) continue;
      if (entry.kind === 'snapshot') return entry;
      oldestEvent ??= entry;
    }
    return newcomer.kind === 'snapshot' ? newcomer : (oldestEvent ?? newcomer);
  }

  return {
    get size() {
      return entries.size;
    },
    get bytes() {
      return bytes;
    },
    first: () => entries.values().next().value,
    all: () => [...entries.values()],
    add(entry, { firstIsUnderWay }) {
      const dropped: Entry[] = [];
      const size = entryBytes(entry);
      while (entries.size >= capacity.entries || bytes + size > capacity.bytes) {
        const one = victim(entry, firstIsUnderWay);
        dropped.push(one);
        if (one === entry) return dropped;
        remove(one.seq);
      }
      entries.set(entry.seq, entry);
      bytes += size;
      return dropped;
    },
    remove,
  };
}
