import type { JsonObject } from '@companion/foundation';
import type { SensorRate } from './sensor-rates.ts';
import type { OutboxStats } from '../outbox/index.ts';
import { Interval } from './interval.ts';

/** How a sensor's frames come in, and what else is known of it. */
export interface SensorCount extends SensorRate {
  readonly facts?: JsonObject;
}

/** The counters that the twin shows. */
export interface TwinCounts {
  readonly messages: { readonly received: number; readonly parsed: number; readonly failed: number };
  /** Since the start of the process. */
  readonly events: number;
  /** The most busy first. */
  readonly sensors: readonly SensorCount[];
  readonly outbox: Pick<OutboxStats, 'depth' | 'durable' | 'dropped' | 'setAside' | 'lastSetAside' | 'lostRecords'>;
}

/** Every report is a message against IoT Hub's quota, and a fleet has many modules. */
const everyMs = 60_000;
/** Of a camera that lags more than this, states are late. */
const lateMs = 10_000;

/**
 * Keeps the counters as they were for a minute at a time, so that a report of something else does not carry them along;
 * but what an operator must see goes at once: a sensor that begins, ceases or falls behind, messages that can't be read
 * where all could, events that are no longer safe, messages that are lost or set aside.
 */
export class TwinCounters {
  readonly #count: (nowMs: number) => TwinCounts;
  readonly #interval: Interval;
  /** What the twin shows now. */
  #shown: TwinCounts | undefined;

  constructor(nowMs: number, count: (nowMs: number) => TwinCounts) {
    this.#count = count;
    this.#interval = new Interval(nowMs, () => everyMs);
  }

  at(nowMs: number): TwinCounts {
    const counted = this.#count(nowMs);
    const shown = this.#shown;
    if (shown !== undefined && !this.#interval.isDue(nowMs) && alarms(counted) === alarms(shown)) return shown;
    this.#shown = counted;
    return counted;
  }
}

/** Whether there were any, of each kind. */
function lossesOf({ dropped, setAside }: TwinCounts['outbox']): readonly boolean[] {
  return [...Object.values(dropped), ...Object.values(setAside)].map((count) => count > 0);
}

function alarms({ messages, sensors, outbox }: TwinCounts): string {
  const states = sensors.map(({ sensor, fps, lagMs, facts }) => {
    return [sensor, fps > 0, lagMs !== null && lagMs > lateMs, facts?.['emptyFrames'] === true, facts?.['fault'] ?? ''];
  });
  return JSON.stringify([messages.failed > 0, outbox.durable, lossesOf(outbox), states.sort()]);
}
