import type { Polygon } from './geometry.ts';

/** One parking place, with every default filled in. Times are milliseconds of event time. */
export interface SpotZone {
  readonly kind: 'spot';
  readonly name: string;
  /** DeepStream's name of the camera, compared exactly. */
  readonly sensor: string;
  /** In the units of DeepStream's boxes. */
  readonly polygon: Polygon;
  /** Class labels that take the spot; compared without regard to case. */
  readonly classes: readonly string[];
  /** Detections below it are not seen; a detection without confidence is. */
  readonly minConfidence: number;
  /** How long a vehicle must stand on the spot before the spot is occupied. */
  readonly enterAfterMs: number;
  /** How long the spot must be seen without a vehicle before it is empty. */
  readonly leaveAfterMs: number;
  /** How long the sensor may be silent before nobody can say any more what is on the spot. */
  readonly staleAfterMs: number;
}

/** What the module watches. Areas and lines join this union when they exist. */
export type Zone = SpotZone;

/** The pipeline's whole configuration: names are unique. */
export interface PipelineConfig {
  readonly zones: readonly Zone[];
}
