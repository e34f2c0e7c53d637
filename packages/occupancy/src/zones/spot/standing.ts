/* A vehicle that may stand on a spot: seen in one place again and again, with misses and strays between. Plain JSON. */
import { boxSimilarity } from '../../model/geometry.ts';
import type { Moment } from '../../model/moment.ts';
import type { Sighting } from '../../model/sighting.ts';
import type { SpotZone } from './types.ts';

/** A vehicle that stands on the spot, as long as it stands still. */
export interface Standing {
  readonly from: Moment;
  readonly last: Moment;
  readonly sightings: number;
  /** Frames since then that showed other things only. */
  readonly misses: number;
  /** Where it was first seen: what moves away from there is passing. */
  readonly box: Sighting['box'];
  /** Sightings in a row that were elsewhere: something else, or it has moved. */
  readonly strays: number;
}

/** A vehicle that is there is seen in every fourth frame at least; false boxes fall on one place far less often. */
export const missesPerSighting = 3;
/** Boxes of a vehicle that stands still share more than this, jitter included. */
const stillSimilarity = 0.5;
/** A vehicle is not believed from fewer frames, unless it needn't stand at all. */
const minSightings = 3;
/** From so many, `missesPerSighting` may be between them. */
const manySightings = 9;
/** Missed detections for less than this don't interrupt standing, however short `enterAfterMs` is. */
const minGapMs = 1_000;
/** Two sightings elsewhere in a row are no stray. */
const maxStrays = 1;

/** The vehicle after a sighting: the same, or one that begins to stand. */
export function seeStanding(zone: SpotZone, standing: Standing | null, at: Moment, sighting: Sighting): Standing {
  if (standing && !expired(zone, standing, at)) {
    if (boxSimilarity(standing.box, sighting.box) >= stillSimilarity) {
      // A stamp may repeat: only a later time is another sighting.
      const sightings = standing.sightings + (at.ms > standing.last.ms ? 1 : 0);
      const { from, misses, box } = standing;
      return { from, last: at, sightings, misses, box, strays: 0 };
    }
    if (standing.strays < maxStrays && standing.sightings > 1) return { ...standing, strays: standing.strays + 1 };
  }
  return { from: at, last: at, sightings: 1, misses: 0, box: sighting.box, strays: 0 };
}

/** The vehicle after a frame that did not show it; null where it has been out of sight for too long. */
export function missStanding(
  zone: SpotZone,
  standing: Standing,
  at: Moment,
  { elsewhere }: { readonly elsewhere: boolean },
): Standing | null {
  if (expired(zone, standing, at)) return null;
  return elsewhere ? { ...standing, misses: standing.misses + 1 } : standing;
}

/** Whether it has stood for enterAfterMs. It is seen in most frames; false boxes fall on the same place now and then only. */
export function stands({ enterAfterMs }: SpotZone, { from, last, sightings, misses }: Standing): boolean {
  if (last.ms - from.ms < enterAfterMs) return false;
  if (enterAfterMs === 0) return true;
  if (sightings < minSightings) return false;
  return sightings >= misses || (sightings >= manySightings && sightings * missesPerSighting >= misses);
}

/** Gaps up to `enterAfterMs` are missed detections; cameras slower than that need a longer `enterAfterMs`. */
function expired({ enterAfterMs }: SpotZone, { last }: Standing, at: Moment): boolean {
  return at.ms - last.ms > Math.max(enterAfterMs, minGapMs);
}
