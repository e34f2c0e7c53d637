import type { Polygon } from './geometry.ts';

/** What silence of a sensor means: nobody knows, nothing is there, or all is as it was. */
export type SilenceRule = 'unknown' | 'empty' | 'keep';

/** When a box covers a spot: by where it stands (the middle of its lower edge), by how much it hides, or by either. */
export type CoverRule = 'anchor' | 'overlap' | 'either';

/** What every zone that looks at detections has. Times are milliseconds of event time. */
interface Watching {
  readonly name: string;
  /** DeepStream's name of the camera, compared exactly. */
  readonly sensor: string;
  /** Class labels that count; compared without regard to case. */
  readonly classes: readonly string[];
  /** Detections below it are not seen; a detection without confidence is. */
  readonly minConfidence: number;
  /** How long something must be there before it is believed. */
  readonly enterAfterMs: number;
  /** How long it must be gone before that is believed. */
  readonly leaveAfterMs: number;
  /** How long the sensor may be silent before nobody can say any more what is there. */
  readonly staleAfterMs: number;
  readonly silence: SilenceRule;
}

/** One parking place, found from plain detections. */
export interface SpotZone extends Watching {
  readonly kind: 'spot';
  /** In the units of DeepStream's boxes. */
  readonly polygon: Polygon;
  readonly cover: CoverRule;
}

/** One parking place of which DeepStream itself says parked or empty. */
export interface ReportedSpotZone {
  readonly kind: 'reported';
  readonly name: string;
  /** The one sensor that is believed; null for any. */
  readonly sensor: string | null;
  /** `place.parkingSpot.id` of the messages. */
  readonly parkingSpot: string;
}

/** A place in which people or vehicles are counted. */
export interface AreaZone extends Watching {
  readonly kind: 'area';
  readonly polygon: Polygon;
  /** How many make it full; null for no limit. */
  readonly capacity: number | null;
  /** How long a visit lasts before it is called a dwell; null for never. */
  readonly dwellMs: number | null;
}

/** A line that is crossed in or out. */
export interface LineZone extends Watching {
  readonly kind: 'line';
  /** `[x, y]`; going in is crossing to the right hand of someone who walks from → to on the picture (y grows downwards). */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  /** How far beyond the line, in the units of the boxes, something must be to be on that side. */
  readonly deadBand: number;
}

/** A zone that looks at the detections of one sensor. */
export type WatchingZone = SpotZone | AreaZone | LineZone;

/** What the module watches. */
export type Zone = WatchingZone | ReportedSpotZone;

/** The pipeline's whole configuration: names are unique. */
export interface PipelineConfig {
  readonly zones: readonly Zone[];
  /** Pixels of the frame where zones were normalized: boxes that come normalized are scaled to it. */
  readonly frame?: { readonly width: number; readonly height: number };
}
