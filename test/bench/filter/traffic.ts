import type { Detection, Frame } from '@companion/deepstream/message';
import { parseDesired, Pipeline } from '@companion/occupancy';
import { createRandom } from '@companion/occupancy/testing';

/** A frame that is stamped and numbered, as the encoders take it. */
export interface TrafficFrame extends Frame {
  readonly timeMs: number;
  readonly frameNumber: string;
}

/** Cameras at work at the same time. */
export const sensors = 8;
/** Thirty frames a second. */
export const frameMs = 33;
/** Vehicles in each frame. */
export const objects = 10;

const zoneCount = 100;
const startMs = Date.UTC(2026, 4, 1);
/** Of ten vehicles so many are parked; the others drive by for ever. */
const parkedCount = 7;
const road = 1_500;
const step = 10;
/** Every vehicle has a new id every three seconds. */
const idFrames = 90;

/** What eight cameras over a car park see. */
export interface Traffic {
  /** The n-th frame of every camera. */
  frames(n: number): readonly TrafficFrame[];
}

/** Makes traffic; the same each time. */
export function createTraffic(): Traffic {
  const random = createRandom(3);

  function detect(n: number, sensor: number, object: number): Detection {
    const way = n * step + object * 300;
    const parked = object < parkedCount;
    const left = (parked ? 110 + object * 100 : way % road) + random() * 4;
    const top = (parked ? 300 : 430) + random() * 4;
    const trackId = `${Math.floor(n / idFrames) * 1_000 + sensor * 100 + object}`;
    return { trackId, label: 'Car', confidence: 0.8, box: { left, top, right: left + 84, bottom: top + 92 } };
  }

  return {
    frames: (n) =>
      Array.from({ length: sensors }, (_, sensor) => ({
        schema: 'minimal',
        sensor: `S${sensor}`,
        timeMs: startMs + n * frameMs,
        frameNumber: `${n}`,
        detections: Array.from({ length: objects }, (_, object) => detect(n, sensor, object)),
      })),
  };
}

/** A pipeline with a hundred spots, not quite upright, and on request an area and a line for each camera. */
export function makePipeline({ tracked = false }: { tracked?: boolean } = {}): Pipeline {
  const spots = Array.from({ length: zoneCount }, (_, n): [string, object] => {
    const left = 100 + Math.floor(n / sensors) * 100;
    const polygon = [left, 302, left + 98, 300, left + 100, 400, left, 398];
    return [`Z${n}`, { kind: 'spot', sensor: `S${n % sensors}`, polygon }];
  });
  const others = Array.from({ length: tracked ? sensors : 0 }, (_, n): [string, object][] => {
    const watching = { sensor: `S${n}`, classes: ['Car'] };
    const polygon = [300, 420, 900, 420, 900, 560, 300, 560];
    return [
      [`A${n}`, { kind: 'area', ...watching, polygon, dwellMs: 1_000, enterAfterMs: 200, leaveAfterMs: 1_000 }],
      [`L${n}`, { kind: 'line', ...watching, from: [1_000, 400], to: [1_000, 600] }],
    ];
  }).flat();
  const zones = Object.fromEntries([...spots, ...others]) as Record<string, never>;
  const desired = parseDesired({ zones });
  if (!desired.ok || desired.config.zones.length !== spots.length + others.length) throw new Error('bad zones');
  return new Pipeline(desired.config);
}
