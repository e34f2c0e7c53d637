import type { Sighting } from './sighting.ts';
import type { Moment } from '../sensor/sensor-clock.ts';

/** What is known of a spot. */
export type Occupancy = 'unknown' | 'occupied' | 'empty';

/** What is known of an area; one without capacity is always available. */
export type Availability = 'unknown' | 'available' | 'full';

/** Whether a sensor is heard. */
export type Liveness = 'alive' | 'lost';

/** How many spots are in which state; `spots` is their sum. */
export interface SpotTotals {
  readonly occupied: number;
  readonly empty: number;
  readonly unknown: number;
  readonly spots: number;
}

/** An area's counters. `count` = `entered` − `exited`, and never below zero. */
export interface AreaTotals {
  readonly count: number;
  readonly entered: number;
  readonly exited: number;
  readonly capacity: number | null;
}

/** A line's counters. */
export interface LineTotals {
  readonly in: number;
  readonly out: number;
}

/** How many sensors with zones have been heard, and how many of them are lost. */
export interface SensorTotals {
  readonly sensors: number;
  readonly lost: number;
}

interface Happening<State> {
  readonly zone: string;
  readonly sensor: string;
  readonly state: State;
  readonly previous: State;
  /** When it happened, in the sensor's time. */
  readonly since: Moment;
  /** When the previous state began; null where none was known. */
  readonly previousSince: Moment | null;
  /** What came, stood, left or crossed, where there was something. */
  readonly seen: Sighting | null;
}

/** A change of a parking place. Its events follow each other in time. */
export interface SpotEvent extends Happening<Occupancy> {
  readonly kind: 'spot';
  readonly type: 'parking.parked' | 'parking.empty' | 'parking.unknown';
  /** All spots of the module, after this event. */
  readonly totals: SpotTotals;
}

/** A visit to an area: the same id and beginning in `entered`, `dwell` and `exited`. */
export interface Visit {
  readonly id: string;
  readonly from: Moment;
  /** How long it has lasted, milliseconds; 0 when it is entered. */
  readonly durationMs: number;
  /** Only where it has ended: it left, the sensor was lost, or the zone was taken away. */
  readonly end?: 'left' | 'lost' | 'removed';
}

/** A change of an area. */
export interface AreaEvent extends Happening<Availability> {
  readonly kind: 'area';
  readonly type: 'area.entered' | 'area.exited' | 'area.dwell' | 'area.count' | 'area.full' | 'area.available';
  readonly visit: Visit | null;
  readonly totals: AreaTotals;
}

/** Something crossed a line. */
export interface LineEvent extends Happening<'in' | 'out' | 'none'> {
  readonly kind: 'line';
  readonly type: 'line.crossed';
  readonly totals: LineTotals;
}

/** A sensor fell silent for good, or is heard again; `zone` is empty. */
export interface SensorEvent extends Happening<Liveness> {
  readonly kind: 'sensor';
  readonly type: 'sensor.lost' | 'sensor.restored';
  readonly totals: SensorTotals;
}

/** A change, still in the pipeline's terms. */
export type ZoneEvent = SpotEvent | AreaEvent | LineEvent | SensorEvent;

/** The kinds of events. */
export type ZoneEventType = ZoneEvent['type'];
