import { encodeMinimal } from '@companion/deepstream/message';
import type { JsonObject } from '@companion/foundation';
import { createRandom } from '@companion/occupancy/testing';

/** One message of the scene. */
export interface SceneFrame {
  readonly sensor: string;
  /** Milliseconds since 1970, the frame's own stamp. */
  readonly timeMs: number;
  readonly body: string;
}

/** What three cameras see: cars that come and go on four spots each. */
export interface Scene {
  readonly desired: JsonObject;
  readonly frames: readonly SceneFrame[];
}

const startMs = Date.UTC(2024, 0, 1);
const frameMs = 200;
const sensors = ['Yard', 'Lobby', 'Gate'];
const spots = 4;
/** At the end everything stands still, so that the last change is told before the last frame. */
const tailMs = 15_000;

/** Makes a scene of so many milliseconds; the same seed gives the same scene. */
export function createScene({ durationMs, seed }: { readonly durationMs: number; readonly seed: number }): Scene {
  const random = createRandom(seed);
  const names = sensors.flatMap((sensor) => Array.from({ length: spots }, (_, n) => ({ sensor, n })));
  const zones = names.map(({ sensor, n }): [string, JsonObject] => {
    const left = 10 + n * 100;
    return [
      `${sensor}-${n}`,
      { kind: 'spot', sensor, polygon: [left, 100, left + 80, 100, left + 80, 160, left, 160] },
    ];
  });
  const changes = new Map(names.map(({ sensor, n }) => [`${sensor}-${n}`, changeTimes(random, durationMs - tailMs)]));
  const frames: SceneFrame[] = [];
  for (let ms = 0; ms < durationMs; ms += frameMs) {
    for (const [index, sensor] of sensors.entries()) {
      const timeMs = startMs + ms + index * 7;
      const detections = Array.from({ length: spots }, (_, n) => n)
        .filter((n) => isThere(changes.get(`${sensor}-${n}`) ?? [], ms))
        .map((n) => {
          const left = 12 + n * 100;
          const box = { left, top: 102, right: left + 76, bottom: 158 };
          return { trackId: String(n + 1), label: 'Car', confidence: 0.9, box };
        });
      // A bystander on no spot: DeepStream makes a message of a frame only if something is in it.
      detections.push({
        trackId: '99',
        label: 'Car',
        confidence: 0.9,
        box: { left: 900, top: 900, right: 960, bottom: 940 },
      });
      frames.push({ sensor, timeMs, body: encodeMinimal({ sensor, timeMs, frameNumber: `${ms}`, detections }) });
    }
  }
  const defaults = { enterAfterMs: 2_000, leaveAfterMs: 3_000, staleAfterMs: 600_000 };
  return { desired: { zones: Object.fromEntries(zones), defaults }, frames };
}

/** When a spot changes hands, every 10 to 30 s. */
function changeTimes(random: () => number, untilMs: number): readonly number[] {
  const times: number[] = [];
  for (let ms = random() * 15_000; ms < untilMs; ms += 10_000 + random() * 20_000) times.push(ms);
  return times;
}

function isThere(changes: readonly number[], ms: number): boolean {
  return changes.filter((time) => time <= ms).length % 2 === 1;
}
