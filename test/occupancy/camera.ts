/*
 * What a detector, a tracker and a network make of a scene: detections are missed, alone and in bursts; ids switch; boxes
 * tremble; things are hidden by what stands before them; boxes appear where nothing is; the camera is dark for seconds or
 * away for minutes; stamps are wrong; messages come twice or in another order.
 */
import type { Box, Detection, Frame } from '@companion/deepstream/message';
import type { Thing } from './car-park.ts';
import { createRandom } from '@companion/occupancy/testing';

/** How bad it is. Shares are 0 to 1, jitter is in pixels. */
export interface Noise {
  readonly name: 'none' | 'light' | 'medium' | 'heavy';
  readonly missed: number;
  /** Mean time between switches of one object's id; Infinity for never. */
  readonly idSwitchMs: number;
  /** False boxes, as a share of the true ones. */
  readonly falsePositives: number;
  readonly jitter: number;
  readonly blackoutMs: number;
  readonly untracked: number;
  readonly badStamps: number;
  readonly disorder: number;
  /** How long the camera is away, every three hours. */
  readonly lostMs: number;
}

/** The four levels that figures are given for. */
export const noises: readonly Noise[] = [
  {
    name: 'none',
    missed: 0,
    idSwitchMs: Infinity,
    falsePositives: 0,
    jitter: 0,
    blackoutMs: 0,
    untracked: 0,
    badStamps: 0,
    disorder: 0,
    lostMs: 0,
  },
  {
    name: 'light',
    missed: 0.05,
    idSwitchMs: 30_000,
    falsePositives: 0.005,
    jitter: 1,
    blackoutMs: 1_000,
    untracked: 0.02,
    badStamps: 0.001,
    disorder: 0.01,
    lostMs: 60_000,
  },
  {
    name: 'medium',
    missed: 0.1,
    idSwitchMs: 10_000,
    falsePositives: 0.01,
    jitter: 2,
    blackoutMs: 3_000,
    untracked: 0.05,
    badStamps: 0.002,
    disorder: 0.02,
    lostMs: 120_000,
  },
  {
    name: 'heavy',
    missed: 0.2,
    idSwitchMs: 3_000,
    falsePositives: 0.02,
    jitter: 4,
    blackoutMs: 5_000,
    untracked: 0.1,
    badStamps: 0.005,
    disorder: 0.05,
    lostMs: 180_000,
  },
];

/** A frame on its way, and when it arrives. */
export interface Arrival {
  readonly frame: Frame;
  readonly receivedMs: number;
}

/** A camera at work. */
export interface Camera {
  /** What arrives of a moment: nothing, one frame, or several. */
  look(nowMs: number, elapsedMs: number, things: readonly Thing[]): readonly Arrival[];
  /** Whether the camera is away. */
  isLost(elapsedMs: number): boolean;
}

const blackoutEveryMs = 120_000;
const lostEveryMs = 10_800_000;
const networkMs = 80;

/** Makes a camera. */
export function createCamera(noise: Noise, seed: number, frameMs: number): Camera {
  const random = createRandom(seed ^ 0x5eed);
  const ids = new Map<number, { id: number; untilMs: number }>();
  const bursts = new Map<number, number>();
  let nextId = 1_000;
  let number = 0;
  let kept: Frame | undefined;
  const tremble = (): number => (random() + random() - 1) * noise.jitter * 2;
  const isLost = (elapsedMs: number): boolean => elapsedMs % lostEveryMs > lostEveryMs - noise.lostMs;

  function idOf(thing: Thing, nowMs: number): string | null {
    let known = ids.get(thing.id);
    if (!known || nowMs >= known.untilMs) {
      known = { id: nextId++, untilMs: nowMs - Math.log(1 - random()) * noise.idSwitchMs };
      ids.set(thing.id, known);
      if (ids.size > 500) ids.delete(ids.keys().next().value ?? 0);
    }
    return random() < noise.untracked ? null : `${known.id}`;
  }

  function missed(thing: Thing, nowMs: number, things: readonly Thing[]): boolean {
    if ((bursts.get(thing.id) ?? 0) > nowMs) return true;
    if (noise.missed > 0 && random() < 0.0005) bursts.set(thing.id, nowMs + random() * 4_000);
    if (bursts.size > 500) bursts.clear();
    const hidden =
      noise.missed > 0 &&
      things.some((other) => other.box.bottom > thing.box.bottom + 40 && overlap(thing.box, other.box) > 0.3);
    return random() < (hidden ? Math.min(0.9, noise.missed * 2) : noise.missed);
  }

  function detect(nowMs: number, things: readonly Thing[]): Detection[] {
    const detections: Detection[] = [];
    for (const thing of things) {
      if (random() < noise.falsePositives) {
        const [x, y] = [random() * 1_400, 250 + random() * 250];
        const box = { left: x, top: y - 90, right: x + 90, bottom: y };
        detections.push({ trackId: `${nextId++}`, label: 'Car', confidence: 0.4, box });
      }
      if (missed(thing, nowMs, things)) continue;
      const { left, top, right, bottom } = thing.box;
      const box = {
        left: left + tremble(),
        top: top + tremble(),
        right: right + tremble(),
        bottom: bottom + tremble(),
      };
      detections.push({ trackId: idOf(thing, nowMs), label: thing.label, confidence: 0.8, box });
    }
    return detections;
  }

  return {
    isLost,
    look(nowMs, elapsedMs, things) {
      if (isLost(elapsedMs)) return [];
      const dark = elapsedMs % blackoutEveryMs > blackoutEveryMs - noise.blackoutMs;
      const sends = !dark || Math.floor(elapsedMs / blackoutEveryMs) % 2 === 0;
      if (!sends) return [];
      const detections = dark ? [] : detect(nowMs, things);
      const timeMs = random() < noise.badStamps ? 0 : nowMs;
      const frame: Frame = { schema: 'minimal', sensor: 'Yard', timeMs, frameNumber: `${number++}`, detections };
      const receivedMs = nowMs + networkMs;
      const before = kept;
      kept = undefined;
      if (!before && frameMs < 700 && random() < noise.disorder) {
        kept = frame;
        return [];
      }
      const twice = random() < noise.disorder / 2 ? [frame] : [];
      return [frame, ...twice, ...(before ? [before] : [])].map((one) => ({ frame: one, receivedMs }));
    },
  };
}

/** The share of `box` that `other` hides. */
function overlap(box: Box, other: Box): number {
  const width = Math.min(box.right, other.right) - Math.max(box.left, other.left);
  const height = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / ((box.right - box.left) * (box.bottom - box.top));
}
