/** Chance that can be had again: the same seed gives the same numbers everywhere. */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** `low` ≤ x < `high`. */
  between(low: number, high: number): number;
  /** An integer, 0 ≤ x < 2³². */
  word(): number;
}

/** A generator of 32 bits of state (mulberry32): small, quick, good enough for a scene; not for secrets. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const word = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const next = (): number => word() / 4_294_967_296;
  return { word, next, between: (low, high) => low + next() * (high - low) };
}
