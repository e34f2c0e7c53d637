import type { Occupancy, SpotChange } from './spot.ts';
import type { Sighting } from './identity.ts';
import type { Moment } from './sensor-clock.ts';

/** The kinds of events; areas and lines add theirs. */
export type ZoneEventType = 'parking.parked' | 'parking.empty' | 'parking.unknown';

/** How many spots are in which state; `spots` is their sum. */
export interface SpotTotals {
  readonly occupied: number;
  readonly empty: number;
  readonly unknown: number;
  readonly spots: number;
}

/** A change of a zone, still in the pipeline's terms. */
export interface ZoneEvent {
  readonly type: ZoneEventType;
  readonly zone: string;
  readonly sensor: string;
  readonly state: Occupancy;
  readonly previous: Occupancy;
  /** When it happened, in the sensor's time; a zone's events follow each other in it. */
  readonly since: Moment;
  /** When the previous state began; null before the first determination. */
  readonly previousSince: Moment | null;
  /** The vehicle that came, stood or left, where there was one. */
  readonly seen: Sighting | null;
  /** All spots of the module, after this event. */
  readonly totals: SpotTotals;
}

const TYPES: Readonly<Record<Occupancy, ZoneEventType>> = {
  occupied: 'parking.parked',
  empty: 'parking.empty',
  unknown: 'parking.unknown',
};

/** Makes a spot's change an event. */
export function spotEvent(zone: string, sensor: string, change: SpotChange, totals: SpotTotals): ZoneEvent {
  return { type: TYPES[change.state], zone, sensor, ...change, totals };
}
