import { shortName } from '@companion/foundation';

/** How a sensor's frames come in. */
export interface SensorRate {
  readonly sensor: string;
  readonly frames: number;
  /** Frames a second over the last ten seconds or so, one decimal. */
  readonly fps: number;
  /** Receipt minus stamp of the newest frame, milliseconds; null where its stamp can't be right. */
  readonly lagMs: number | null;
}

/** Sensor names come from outside; beyond this many they are counted together, so that memory stays bounded. */
const maxSensors = 64;
const otherSensors = 'other';
/** A zone's sensor may have as many characters; a longer name is cut, so that 64 of them fit an answer. */
const maxNameBytes = 256;
const windowMs = 10_000;
/** DeepStream is younger; earlier stamps count from zero or come from a camera without a clock. */
const earliestMs = Date.UTC(2015, 0, 1);

interface Counted {
  frames: number;
  lastMs: number | null;
  newestMs: number | null;
  lagMs: number | null;
  windowStartMs: number;
  windowFrames: number;
  fps: number;
}

/** Counts frames by sensor; bounded. */
export class SensorRates {
  readonly #sensors = new Map<string, Counted>();

  /** Returns under which name the frame was counted, and whether it is another frame than the one before. */
  frame({
    sensor: fullName,
    timeMs,
    receivedMs,
  }: {
    readonly sensor: string;
    readonly timeMs: number | null;
    readonly receivedMs: number;
  }): {
    readonly name: string;
    readonly isNew: boolean;
  } {
    const sensor = shortName(fullName, maxNameBytes);
    const name = this.#sensors.has(sensor) || this.#sensors.size < maxSensors ? sensor : otherSensors;
    const counted = this.#sensors.get(name) ?? this.#begin(name, receivedMs);
    roll(counted, receivedMs);
    // The full schema brings a frame in one message an object, all of one stamp.
    const isNew = timeMs === null || name !== sensor || timeMs !== counted.lastMs;
    if (isNew) {
      counted.frames++;
      counted.windowFrames++;
    }
    counted.lastMs = timeMs;
    const credible = timeMs !== null && timeMs >= earliestMs;
    counted.lagMs = credible ? receivedMs - timeMs : null;
    if (credible) counted.newestMs = Math.max(counted.newestMs ?? timeMs, timeMs);
    return { name, isNew };
  }

  /** The most busy first. */
  all(nowMs: number): readonly SensorRate[] {
    return [...this.#sensors]
      .map(([sensor, counted]) => {
        roll(counted, nowMs);
        // In the first seconds the window is all there is.
        const elapsedMs = Math.max(nowMs - counted.windowStartMs, 1_000);
        const fps = counted.fps > 0 ? counted.fps : (counted.windowFrames * 1000) / elapsedMs;
        return { sensor, frames: counted.frames, fps: Math.round(fps * 10) / 10, lagMs: counted.lagMs };
      })
      .sort((a, b) => b.frames - a.frames);
  }

  /** The newest credible stamp of each sensor. */
  stampsMs(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.#sensors].flatMap(([name, { newestMs }]) => (newestMs === null ? [] : [[name, newestMs] as const])),
    );
  }

  #begin(name: string, nowMs: number): Counted {
    const counted: Counted = {
      frames: 0,
      lastMs: null,
      newestMs: null,
      lagMs: null,
      windowStartMs: nowMs,
      windowFrames: 0,
      fps: 0,
    };
    this.#sensors.set(name, counted);
    return counted;
  }
}

function roll(counted: Counted, nowMs: number): void {
  const elapsedMs = nowMs - counted.windowStartMs;
  if (elapsedMs >= 0 && elapsedMs < windowMs) return;
  counted.fps = elapsedMs > 0 ? (counted.windowFrames * 1000) / elapsedMs : 0;
  counted.windowStartMs = nowMs;
  counted.windowFrames = 0;
}
