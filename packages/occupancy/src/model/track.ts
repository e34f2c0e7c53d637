import type { Sighting } from './sighting.ts';

/** One object over time; plain JSON. */
export interface Track {
  readonly id: number;
  /** DeepStream's id when it was seen last. */
  sourceId: string | null;
  readonly label: string;
  seen: Sighting;
  lastMs: number;
  sightings: number;
  /** Of the box's centre, units a second. */
  velocityX: number;
  velocityY: number;
}
