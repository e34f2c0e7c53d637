/*
 * What a claim is worth. A claim is right when the same place changed to the same state, in truth, from `lateMs` before it to
 * `earlyMs` after it, and no other claim has been counted for that change. Every other claim is a false transition; every
 * change that no claim was counted for is a missed one.
 *
 * The score's clock stands still while the camera is away: nobody can know anything then, so that a change shortly before
 * may be claimed when the camera is back, and of several changes meanwhile only what came of them counts. Seconds of
 * darkness are no such time: messages, or at least other moments, speak of them.
 */
import { createCamera, type Noise } from './camera.ts';
import { createCarPark, spots } from './car-park.ts';
import type { Claim, Contender } from './contender.ts';

/** How well a contender did. Precision, recall and F1 are 0 to 1. */
export interface Score {
  readonly truths: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly falsePerSpotDay: number;
  /** From the true change to the claim, in the score's time. */
  readonly medianDelayMs: number;
  /** Claims that nothing true stands for, at the scene's own time. */
  readonly wrong: readonly Claim[];
  /** Changes that nobody claimed, likewise. */
  readonly missed: readonly Claim[];
}

/** What is played: `frameMs` from frame to frame. */
export interface Scene {
  readonly seed: number;
  readonly durationMs: number;
  readonly frameMs: number;
}

const startMs = Date.UTC(2026, 4, 1);
const lateMs = 25_000;
/** A car that turns in for three seconds is in its place before it stands. */
const earlyMs = 5_000;

/** Plays a scene through a contender and compares what it says to what was. */
export function play(contender: Contender, noise: Noise, { seed, durationMs, frameMs }: Scene): Score {
  const park = createCarPark(seed);
  const camera = createCamera(noise, seed, frameMs);
  const claims: Claim[] = [];
  const losses: Loss[] = [];
  let tickMs = 0;
  for (let elapsedMs = 0; elapsedMs < durationMs; elapsedMs += frameMs) {
    const nowMs = startMs + elapsedMs;
    const things = park.at(elapsedMs);
    if (camera.isLost(elapsedMs)) {
      const last = losses.at(-1);
      if (last && elapsedMs - last.toMs <= frameMs) last.toMs = elapsedMs;
      else losses.push({ fromMs: elapsedMs, toMs: elapsedMs });
    }
    for (const { frame, receivedMs } of camera.look(nowMs, elapsedMs, things)) {
      claims.push(...contender.frame(frame, receivedMs));
    }
    for (; tickMs <= elapsedMs; tickMs += 1_000) claims.push(...contender.tick(startMs + tickMs + 100));
  }
  const seen = (claim: Claim): Seen => ({ ...claim, seenMs: seenTime(claim.atMs, losses) });
  const truths = changesOnly(lastOfEach(park.changes.map(seen)));
  const said = changesOnly(claims.map((claim) => seen({ ...claim, atMs: claim.atMs - startMs })));
  return compare(truths, said, seenTime(durationMs, losses), (spots.length * durationMs) / 86_400_000);
}

interface Loss {
  readonly fromMs: number;
  toMs: number;
}

/** A claim or a change at the score's time. */
interface Seen extends Claim {
  readonly seenMs: number;
}

function seenTime(atMs: number, losses: readonly Loss[]): number {
  return losses.reduce((ms, { fromMs, toMs }) => ms - Math.max(0, Math.min(atMs, toMs) - fromMs), atMs);
}

/** Changes of one place at one moment of the score happened while the camera was away: the last is what remains. */
function lastOfEach(changes: readonly Seen[]): Seen[] {
  return changes.filter(
    ({ spot, seenMs }, n) => !changes.slice(n + 1).some((other) => other.spot === spot && other.seenMs === seenMs),
  );
}

/** Every place starts empty; saying the same again is no change. */
function changesOnly(claims: readonly Seen[]): Seen[] {
  const states = new Map<string, Claim['state']>();
  return claims.filter(({ spot, state }) => {
    const before = states.get(spot) ?? 'empty';
    states.set(spot, state);
    return state !== before;
  });
}

function compare(truths: readonly Seen[], claims: readonly Seen[], durationMs: number, spotDays: number): Score {
  const free = new Map(spots.map(({ name }): [string, Seen[]] => [name, claims.filter(({ spot }) => spot === name)]));
  const take = (truth: Seen): Seen | undefined => {
    const candidates = free.get(truth.spot) ?? [];
    const index = candidates.findIndex((claim) => answers(claim, truth));
    return index < 0 ? undefined : candidates.splice(index, 1)[0];
  };
  // What happens in the last moments can't be claimed in time, but may be.
  const counted = truths.filter(({ seenMs }) => seenMs < durationMs - lateMs);
  const delays: number[] = [];
  const missed: Seen[] = [];
  for (const truth of counted) {
    const claim = take(truth);
    if (claim) delays.push(claim.seenMs - truth.seenMs);
    else missed.push(truth);
  }
  for (const truth of truths) if (!counted.includes(truth)) take(truth);
  const wrong = [...free.values()].flat();
  const precision = delays.length / Math.max(delays.length + wrong.length, 1);
  const recall = delays.length / Math.max(counted.length, 1);
  return {
    truths: counted.length,
    precision,
    recall,
    f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    falsePerSpotDay: wrong.length / spotDays,
    medianDelayMs: delays.sort((a, b) => a - b)[delays.length >> 1] ?? NaN,
    wrong,
    missed,
  };
}

function answers(claim: Seen, truth: Seen): boolean {
  const delayMs = claim.seenMs - truth.seenMs;
  return claim.spot === truth.spot && claim.state === truth.state && delayMs >= -earlyMs && delayMs <= lateMs;
}
