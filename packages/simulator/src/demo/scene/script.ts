import { frameSize, spots, laneBox, parkedBox, spotCentre } from './layout.ts';
import type { Rectangle, Spot } from './layout.ts';
import type { Random } from './random.ts';

/** How long one run of the scene lasts. */
export const sceneMs = 20_000;

/** Where an actor is at one time; between two of them it moves in a straight line. */
interface Waypoint {
  readonly atMs: number;
  readonly box: Rectangle;
}

/** Somebody or something that moves through the scene. */
export interface Actor {
  readonly label: 'Car' | 'Person';
  /** In time's order; the actor is in the picture from the first to the last. */
  readonly path: readonly Waypoint[];
  /** The tracker gives it a new id here, although nothing happened. */
  readonly switchesIdAtMs?: number;
  /** The detector sees nothing of it for a moment from here. */
  readonly missedFromMs?: number;
  /** Luma and chroma for the video. */
  readonly colour: readonly [y: number, u: number, v: number];
}

/** A change of one spot: `taken` when the car has come to stand in it, `left` when that car starts to move. */
export interface TruthChange {
  readonly spot: Spot;
  readonly change: 'taken' | 'left';
  /** Milliseconds from the scene's start. */
  readonly atMs: number;
}

/**
 * What really happens in the scene. A loop starts it anew: cars that stand at the end vanish, and those of
 * `takenAtStart` stand there again, all from one frame to the next.
 */
export interface SceneTruth {
  readonly durationMs: number;
  readonly takenAtStart: readonly Spot[];
  readonly changes: readonly TruthChange[];
}

const leftOfPicture = -170;
const rightOfPicture = frameSize.width + 170;
const driveInMs = 1700;
const turnInMs = 900;
const pullOutMs = 1000;
const laneMsPerPixel = 1.1;

const colours = [
  [200, 128, 128],
  [90, 200, 100],
  [80, 100, 210],
  [140, 70, 180],
  [25, 128, 128],
  [150, 160, 60],
] as const;

/** The car's way out of a spot, from the moment it starts to move. */
function wayOut(spot: Spot, atMs: number): Waypoint[] {
  const x = spotCentre(spot);
  const inLaneMs = atMs + pullOutMs;
  return [
    { atMs, box: parkedBox(spot) },
    { atMs: inLaneMs, box: laneBox(x) },
    { atMs: inLaneMs + (rightOfPicture - x) * laneMsPerPixel, box: laneBox(rightOfPicture) },
  ];
}

/** The car's way into a spot, until it stands there. */
function wayIn(spot: Spot, standsAtMs: number): Waypoint[] {
  const turnsAtMs = standsAtMs - turnInMs;
  return [
    { atMs: turnsAtMs - driveInMs, box: laneBox(leftOfPicture) },
    { atMs: turnsAtMs, box: laneBox(spotCentre(spot)) },
    { atMs: standsAtMs, box: parkedBox(spot) },
  ];
}

/**
 * Writes the scene's script: one car stands in A2 and leaves, four come and park, of which one leaves again, one passes
 * by, and somebody walks across A5. The seed shifts each of them a little. Whatever the seed: a car stands at least
 * four seconds, an emptied spot stays empty for at least five.
 */
export function writeScript(random: Random): { actors: Actor[]; truth: SceneTruth } {
  const around = (ms: number): number => Math.round(ms + random.between(-250, 250));
  const changes: TruthChange[] = [];
  const taken = (spot: Spot, atMs: number): number => {
    changes.push({ spot, change: 'taken', atMs });
    return atMs;
  };
  const left = (spot: Spot, atMs: number): number => {
    changes.push({ spot, change: 'left', atMs });
    return atMs;
  };
  const end = (spot: Spot): Waypoint => ({ atMs: sceneMs, box: parkedBox(spot) });

  const passesAtMs = around(10_200);
  const walksAtMs = around(15_000);
  const walk = (bottom: number): Rectangle => [spotCentre('A5') - 28, bottom - 150, spotCentre('A5') + 28, bottom];
  const cars: Omit<Actor, 'label' | 'colour'>[] = [
    { path: [{ atMs: 0, box: parkedBox('A2') }, ...wayOut('A2', left('A2', around(6000)))] },
    { path: [...wayIn('A4', taken('A4', around(3000))), ...wayOut('A4', left('A4', around(9500)))] },
    { path: [...wayIn('A1', taken('A1', around(7000))), end('A1')], switchesIdAtMs: around(13_000) },
    { path: [...wayIn('A6', taken('A6', around(11_000))), end('A6')], missedFromMs: around(16_000) },
    { path: [...wayIn('A3', taken('A3', around(14_500))), end('A3')] },
    {
      path: [
        { atMs: passesAtMs, box: laneBox(leftOfPicture) },
        { atMs: passesAtMs + 2600, box: laneBox(rightOfPicture) },
      ],
    },
  ];
  const walker: Actor = {
    label: 'Person',
    colour: [225, 100, 150],
    path: [
      { atMs: walksAtMs, box: walk(frameSize.height - 20) },
      { atMs: walksAtMs + 4500, box: walk(170) },
    ],
  };
  const painted = cars.map((car, index): Actor => ({
    ...car,
    label: 'Car',
    colour: colours[index % colours.length] ?? colours[0],
  }));
  changes.sort((a, b) => a.atMs - b.atMs || spots.indexOf(a.spot) - spots.indexOf(b.spot));
  return { actors: [...painted, walker], truth: { durationMs: sceneMs, takenAtStart: ['A2'], changes } };
}

/** Where an actor is at a time, cut at the picture's edges; undefined where less than a sliver of it is in the picture. */
export function boxAt(actor: Actor, atMs: number): Rectangle | undefined {
  const next = actor.path.findIndex((point) => point.atMs > atMs);
  const to = actor.path[next];
  const from = actor.path[next - 1];
  if (from === undefined || to === undefined) return undefined;
  const done = (atMs - from.atMs) / (to.atMs - from.atMs);
  const between = (index: 0 | 1 | 2 | 3): number => from.box[index] + (to.box[index] - from.box[index]) * done;
  const box: Rectangle = [
    Math.max(0, between(0)),
    Math.max(0, between(1)),
    Math.min(frameSize.width, between(2)),
    Math.min(frameSize.height, between(3)),
  ];
  return box[2] - box[0] < 40 || box[3] - box[1] < 40 ? undefined : box;
}
