import type { AreaTotals, Availability, LineEvent, LineTotals, Liveness, Occupancy, SpotTotals } from './event.ts';
import type { Moment } from '../sensor/sensor-clock.ts';

interface View<Kind, State> {
  readonly zone: string;
  readonly kind: Kind;
  /** "" for a spot that DeepStream reports, as long as none has spoken of it. */
  readonly sensor: string;
  readonly state: State;
  /** Since when, in the sensor's time; null before the first determination. */
  readonly since: Moment | null;
}

/** A spot as it stands. */
export type SpotView = View<'spot', Occupancy>;

/** An area as it stands. */
export interface AreaView extends View<'area', Availability> {
  readonly totals: AreaTotals;
}

/** A line as it stands. */
export interface LineView extends View<'line', LineEvent['state']> {
  readonly totals: LineTotals;
}

/** A zone as it stands. */
export type ZoneView = SpotView | AreaView | LineView;

/** A sensor that has been heard. */
export interface SensorView {
  readonly sensor: string;
  readonly state: Liveness;
  /** The newest time it has got to. */
  readonly at: Moment;
  /** How far our own clock is ahead of the last frame's time, milliseconds; large where a recording plays. */
  readonly lagMs: number;
  /** Frames that zones have seen, and those that came too late or twice. */
  readonly frames: number;
  readonly dropped: number;
}

/** Everything as it stands. */
export interface Snapshot {
  readonly atMs: number;
  readonly totals: SpotTotals;
  readonly zones: readonly ZoneView[];
  readonly sensors: readonly SensorView[];
}
