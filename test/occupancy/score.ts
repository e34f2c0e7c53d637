import { createCamera, type Noise } from './camera.ts';
import { createCarPark, SPOTS, type TrueChange } from './car-park.ts';
import type { Claim, Contender } from './contender.ts';

/** How well a contender did. */
export interface Score {
  readonly truths: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly falsePerSpotDay: number;
  /** From the true change to the claim. */
  readonly medianDelayMs: number;
}

const START_MS = Date.UTC(2026, 4, 1);
/** A claim belongs to a change this much later at most; a little earlier is as good. */
const LATE_MS = 25_000;
const EARLY_MS = 5_000;
/** The three seconds that a car takes to leave its place, the twin's default leaveAfterMs, and what reordering holds back. */
const UNSURE_MS = 12_000;

/** Plays a scene through a contender and compares what it says to what was. */
export function play(
  contender: Contender,
  noise: Noise,
  { seed, durationMs, frameMs }: { seed: number; durationMs: number; frameMs: number },
): Score {
  const park = createCarPark(seed);
  const camera = createCamera(noise, seed, frameMs);
  const claims: Claim[] = [];
  const losses: { fromMs: number; toMs: number }[] = [];
  let tickMs = 0;
  for (let elapsedMs = 0; elapsedMs < durationMs; elapsedMs += frameMs) {
    const nowMs = START_MS + elapsedMs;
    const things = park.at(elapsedMs);
    if (camera.isLost(elapsedMs)) {
      const last = losses.at(-1);
      if (last && elapsedMs - last.toMs <= frameMs) last.toMs = elapsedMs;
      else losses.push({ fromMs: elapsedMs, toMs: elapsedMs });
    }
    for (const { frame, receivedMs } of camera.look(nowMs, elapsedMs, things)) {
      claims.push(...contender.frame(frame, receivedMs));
    }
    for (; tickMs <= elapsedMs; tickMs += 1_000) claims.push(...contender.tick(START_MS + tickMs + 100));
  }
  const said = claims.map((claim) => ({ ...claim, atMs: claim.atMs - START_MS }));
  // What happens in the last moments can't be claimed in time.
  const endMs = durationMs - LATE_MS;
  const visible = seenChanges(park.changes, losses).filter(({ atMs }) => atMs < endMs);
  return compare(visible, changesOnly(said), { endMs, spotDays: (SPOTS.length * durationMs) / 86_400_000 });
}

/** A change, and how late it may be claimed. */
interface SeenChange extends TrueChange {
  readonly untilMs: number;
}

/**
 * What changed while the camera was away shows when it is back, if it is still so. What changed shortly before may be
 * claimed at once or then: nobody has had the time to be sure of it.
 */
function seenChanges(
  changes: readonly TrueChange[],
  losses: readonly { fromMs: number; toMs: number }[],
): SeenChange[] {
  const moved = changes.map((change) => {
    const loss = losses.find(({ fromMs, toMs }) => change.atMs >= fromMs - EARLY_MS && change.atMs <= toMs);
    const atMs = loss ? loss.toMs : change.atMs;
    const cut = losses.find(({ fromMs }) => atMs < fromMs && atMs >= fromMs - UNSURE_MS);
    return { ...change, atMs, untilMs: (cut ? cut.toMs : atMs) + LATE_MS };
  });
  const last = moved.filter(
    (change, i) => !moved.slice(i + 1).some((other) => other.spot === change.spot && other.atMs === change.atMs),
  );
  return changesOnly(last);
}

/** Every place starts empty; saying the same again is no change. */
function changesOnly<T extends Claim>(claims: readonly T[]): T[] {
  const states = new Map<string, Claim['state']>();
  return claims.filter(({ spot, state }) => {
    const before = states.get(spot) ?? 'empty';
    states.set(spot, state);
    return state !== before;
  });
}

function compare(
  truths: readonly SeenChange[],
  claims: readonly Claim[],
  { endMs, spotDays }: { endMs: number; spotDays: number },
): Score {
  const free = new Map<string, Claim[]>();
  for (const claim of claims) free.set(claim.spot, [...(free.get(claim.spot) ?? []), claim]);
  const delays: number[] = [];
  for (const { spot, state, atMs, untilMs } of truths) {
    const candidates = free.get(spot) ?? [];
    const index = candidates.findIndex(
      (claim) => claim.state === state && claim.atMs >= atMs - EARLY_MS && claim.atMs <= untilMs,
    );
    if (index < 0) continue;
    delays.push((candidates[index]?.atMs ?? 0) - atMs);
    candidates.splice(index, 1);
  }
  const wrong = [...free.values()].flat().filter(({ atMs }) => atMs < endMs).length;
  const precision = delays.length / Math.max(delays.length + wrong, 1);
  const recall = delays.length / Math.max(truths.length, 1);
  return {
    truths: truths.length,
    precision,
    recall,
    f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    falsePerSpotDay: wrong / spotDays,
    medianDelayMs: delays.sort((a, b) => a - b)[delays.length >> 1] ?? NaN,
  };
}
