import type { Detection, StreamFault } from '@companion/deepstream/message';
import { clip, type JsonObject } from '@companion/foundation';
import type { PipelineConfig } from '@companion/occupancy';

/** What the messages of a sensor show beside their number. */
export interface SensorFact {
  /** How far to the right and down its boxes have reached since the start, in their units; undefined before the first. */
  readonly bounds: { readonly width: number; readonly height: number } | undefined;
  /** What DeepStream has said of it since its last frame. */
  readonly fault: string | undefined;
}

interface Known {
  right: number;
  bottom: number;
  fault: string | undefined;
}

/** Names come from outside: so many are remembered. */
const maxSensors = 64;
const maxFault = 200;
/** What reaches further is a number gone wrong. */
const farthest = 1e6;
/** A box may hang over the edge of its frame by so much of it. */
const overhang = 1.05;

/** Learns in which units the boxes of each sensor come, and keeps what DeepStream says of sensors in trouble; bounded. */
export class SensorFacts {
  readonly #sensors = new Map<string, Known>();

  frame({ sensor, detections }: { readonly sensor: string; readonly detections: readonly Detection[] }): void {
    const known = this.#of(sensor);
    if (known === undefined) return;
    known.fault = undefined;
    for (const { box } of detections) {
      if (box === null) continue;
      if (box.right > known.right && box.right < farthest) known.right = box.right;
      if (box.bottom > known.bottom && box.bottom < farthest) known.bottom = box.bottom;
    }
  }

  /** Returns whether it is news: the first since a frame, or other words. */
  fault({ sensor, text }: StreamFault): boolean {
    const known = sensor === null ? undefined : this.#of(sensor);
    if (known === undefined) return true;
    const before = known.fault;
    known.fault = clip(text, maxFault);
    return known.fault !== before;
  }

  of(sensor: string): SensorFact {
    const { right = 0, bottom = 0, fault } = this.#sensors.get(sensor) ?? {};
    const bounds = right > 0 && bottom > 0 ? { width: Math.ceil(right), height: Math.ceil(bottom) } : undefined;
    return { bounds, fault };
  }

  /** The sensors that DeepStream says are in trouble. */
  faulty(): readonly string[] {
    return [...this.#sensors].filter(([, { fault }]) => fault !== undefined).map(([name]) => name);
  }

  #of(sensor: string): Known | undefined {
    const known = this.#sensors.get(sensor);
    if (known !== undefined || this.#sensors.size >= maxSensors) return known;
    const begun: Known = { right: 0, bottom: 0, fault: undefined };
    this.#sensors.set(sensor, begun);
    return begun;
  }
}

interface KnownOfSensor {
  readonly emptyFrames: boolean;
  /** The usual time from one frame to the next; 0 where it is not known. */
  readonly frameMs: number;
  readonly config: PipelineConfig;
}

/** What the twin and the method `stats` say of a sensor beside its rates; absent is what is not known or not so. */
export function sensorFactJson(
  sensor: string,
  { bounds, fault }: SensorFact,
  { emptyFrames, frameMs, config }: KnownOfSensor,
): JsonObject {
  const frame = config.frames?.[sensor] ?? config.frame;
  // Boxes that come normalized are scaled to whatever the frame is.
  const isBeyond =
    bounds !== undefined &&
    frame !== undefined &&
    (bounds.width > frame.width * overhang || bounds.height > frame.height * overhang);
  const hint = isBeyond
    ? `boxes reach ${bounds.width} x ${bounds.height}, beyond the frame; set sensors.<name>.frame to what the boxes are pixels of`
    : slowHint(sensor, frameMs, config);
  return {
    ...(bounds && { bounds: { ...bounds } }),
    ...(frame && { frame: { width: frame.width, height: frame.height } }),
    ...(hint !== undefined && { hint }),
    ...(emptyFrames && { emptyFrames }),
    ...(fault !== undefined && { fault }),
  };
}

/** Whether a spot waits longer than the twin says, since the camera is too slow for it. */
function slowHint(sensor: string, frameMs: number, { zones }: PipelineConfig): string | undefined {
  const stretchedMs = 2 * frameMs;
  const stretched = zones.some(
    (zone) =>
      zone.kind === 'spot' && zone.sensor === sensor && zone.enterAfterMs > 0 && zone.enterAfterMs < stretchedMs,
  );
  if (!stretched) return undefined;
  return `sends one frame in ${(frameMs / 1_000).toFixed(1)} s; enterAfterMs of its spots is stretched to ${(stretchedMs / 1_000).toFixed(1)} s`;
}
