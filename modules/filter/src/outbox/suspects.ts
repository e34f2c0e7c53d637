/*
 * Messages that failed for a reason that may be theirs. The hub takes one message after another, so one that it never
 * takes must not hold up the rest; and a hub that takes nothing for a while must not cost the messages that waited then.
 *
 *   fine ──5 failures──▶ passed over ──a later one got through──▶ last chances ──3 failures──▶ set aside
 *                             └── nothing gets through: each in turn, again and again
 *
 * Invariants: as long as nothing failed five times, the order is the order. A message is set aside only after a later one
 * got through, or when the hub refused it five times in words; of the latter at most three in a row, since a hub or an SDK
 * that refuses everything is at fault itself.
 */
import type { Entry } from './entry.ts';
import type { Blame } from './send-failure.ts';

const patience = 5;
const lastChances = 3;
const refusedInRow = 3;

/** Knows which message is to be tried next, and which one never to be tried again. */
export class Suspects {
  /** How often a message failed, by sequence number. */
  readonly #failures = new Map<number, number>();
  /** Tries that are left to messages that others have overtaken. */
  readonly #chances = new Map<number, number>();
  /** Set aside since the hub last took a message. */
  #inRow = 0;

  /** The next to be tried, of those that wait, in order. */
  pick(entries: Iterable<Entry>): Entry | undefined {
    let best: Entry | undefined;
    let bestRound = Number.POSITIVE_INFINITY;
    for (const entry of entries) {
      if (this.#chances.has(entry.seq)) return entry;
      const round = Math.floor((this.#failures.get(entry.seq) ?? 0) / patience);
      if (round < bestRound) [best, bestRound] = [entry, round];
      if (round === 0) break;
    }
    return best;
  }

  /** The hub took this one: those before it that failed too often have their last chances. */
  sent({ seq }: Entry): void {
    this.#inRow = 0;
    this.forget(seq);
    for (const [other, failures] of this.#failures) {
      if (other < seq && failures >= patience) this.#chances.set(other, lastChances);
    }
  }

  /** Whether this one, which failed again, is to be set aside. */
  failed({ seq }: Entry, by: Blame): boolean {
    if (by === 'entry') return true;
    if (by === 'hub') return false;
    const failures = (this.#failures.get(seq) ?? 0) + 1;
    this.#failures.set(seq, failures);
    const chances = this.#chances.get(seq);
    if (chances !== undefined) {
      this.#chances.set(seq, chances - 1);
      return chances <= 1;
    }
    if (by !== 'refused' || failures < patience || this.#inRow >= refusedInRow) return false;
    this.#inRow++;
    return true;
  }

  /** It was sent, set aside or dropped. */
  forget(seq: number): void {
    this.#failures.delete(seq);
    this.#chances.delete(seq);
  }
}
