import type { Polygon } from '../../model/geometry.ts';
import type { Happening, View } from '../../model/happening.ts';
import type { Moment } from '../../model/moment.ts';
import type { Watching } from '../../model/watching.ts';

/** What is known of an area; one without capacity is always available. */
export type Availability = 'unknown' | 'available' | 'full';

/** A place in which people or vehicles are counted. */
export interface AreaZone extends Watching {
  readonly kind: 'area';
  readonly polygon: Polygon;
  /** How many make it full; null for no limit. */
  readonly capacity: number | null;
  /** How long a visit lasts before it is called a dwell; null for never. */
  readonly dwellMs: number | null;
}

/** An area's counters. `count` = `entered` − `exited`, and never below zero. */
export interface AreaTotals {
  readonly count: number;
  readonly entered: number;
  readonly exited: number;
  readonly capacity: number | null;
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

/** An area as it stands. */
export interface AreaView extends View<'area', Availability> {
  readonly totals: AreaTotals;
}
