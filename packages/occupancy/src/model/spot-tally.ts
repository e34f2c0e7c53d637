/** What is known of a spot. */
export type Occupancy = 'unknown' | 'occupied' | 'empty';

/** How many spots are in which state; `spots` is their sum. */
export interface SpotTotals {
  readonly occupied: number;
  readonly empty: number;
  readonly unknown: number;
  readonly spots: number;
}

/** Counts the spots of all sensors by state, so that every event can say how many are free. */
export class SpotTally {
  /** Spots in each state now. */
  readonly #counts: Record<Occupancy, number> = { occupied: 0, empty: 0, unknown: 0 };

  /** Counts a spot in. */
  add(state: Occupancy): void {
    this.#counts[state]++;
  }

  /** Takes a spot from one state to another. */
  move(previous: Occupancy, state: Occupancy): void {
    this.#counts[previous]--;
    this.#counts[state]++;
  }

  totals(): SpotTotals {
    const { occupied, empty, unknown } = this.#counts;
    return { occupied, empty, unknown, spots: occupied + empty + unknown };
  }
}
