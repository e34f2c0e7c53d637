import type { JsonObject } from '@companion/foundation';
import { createRandom } from '@companion/occupancy/testing';

/** 0 ≤ x < 1, of a seed. */
export type Random = () => number;

/** One piece of trouble: what `gremlin` does at `atMs` of the storm, for so long. */
export interface Step {
  readonly atMs: number;
  readonly forMs: number;
  readonly gremlin: string;
  /** What exactly; the gremlin's own. */
  readonly args: JsonObject;
}

/** The trouble of one run, known before it begins. */
export interface Storm {
  readonly seed: number;
  readonly durationMs: number;
  /** In the order of `atMs`; each is over when the storm is. */
  readonly steps: readonly Step[];
}

/** What a plan needs to know of a kind of trouble. */
export interface TroubleKind {
  readonly name: string;
  /** How often it is taken, beside the others. */
  readonly weight: number;
  plan(random: Random): Pick<Step, 'forMs' | 'args'>;
}

const shortestGapMs = 500;
const longestGapMs = 4_000;

/**
 * Plans a storm; pure, so that a seed replays. Every chance is drawn whether or not its trouble can be made here: a machine
 * without root leaves steps out, and does the others at the same times. Steps of one kind do not overlap: each undoes what
 * it did.
 */
export function planStorm(seed: number, durationMs: number, kinds: readonly TroubleKind[]): Storm {
  const random = createRandom(seed);
  const freeAtMs = new Map<string, number>();
  const steps: Step[] = [];
  const gapMs = (): number => Math.round(shortestGapMs + random() * (longestGapMs - shortestGapMs));
  for (let atMs = gapMs(); atMs < durationMs; atMs += gapMs()) {
    const kind = choose(kinds, random);
    const { forMs, args } = kind.plan(random);
    if ((freeAtMs.get(kind.name) ?? 0) > atMs || atMs + forMs > durationMs) continue;
    freeAtMs.set(kind.name, atMs + forMs);
    steps.push({ atMs, forMs, gremlin: kind.name, args });
  }
  return { seed, durationMs, steps };
}

function choose(kinds: readonly TroubleKind[], random: Random): TroubleKind {
  let left = random() * kinds.reduce((sum, { weight }) => sum + weight, 0);
  for (const kind of kinds) {
    left -= kind.weight;
    if (left < 0) return kind;
  }
  throw new Error('there are no kinds of trouble');
}

/** One of a list. */
export function pick<T>(random: Random, list: readonly T[]): T {
  const one = list[Math.floor(random() * list.length)];
  if (one === undefined) throw new Error('nothing to choose from');
  return one;
}

/** A whole number of milliseconds. */
export function between(random: Random, lowMs: number, highMs: number): number {
  return Math.round(lowMs + random() * (highMs - lowMs));
}

/** For people: a line a step. */
export function describeStorm({ seed, durationMs, steps }: Storm): string {
  const lines = steps.map(
    ({ atMs, forMs, gremlin, args }) =>
      `  ${(atMs / 1000).toFixed(1).padStart(6)} s  ${gremlin} ${JSON.stringify(args)}${forMs > 0 ? ` for ${(forMs / 1000).toFixed(1)} s` : ''}`,
  );
  return [`seed ${seed}, ${durationMs / 1000} s, ${steps.length} steps`, ...lines, ''].join('\n');
}
