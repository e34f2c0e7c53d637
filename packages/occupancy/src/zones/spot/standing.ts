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
/** Frames don't come on the millisecond. */
const gapSlack = 1.1;
/** Two sightings elsewhere in a row are no stray. */
const maxStrays = 1;

/** The vehicle after a sighting: the same, or one that begins to stand. */
export function seeStanding(
  zone: SpotZone,
  standing: Standing | null,
  { at, sighting, frameMs }: { readonly at: Moment; readonly sighting: Sighting; readonly frameMs: number },
): Standing {
  if (standing && !expired(zone, standing, at, frameMs)) {
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
  { at, elsewhere, frameMs }: { readonly at: Moment; readonly elsewhere: boolean; readonly frameMs: number },
): Standing | null {
  if (expired(zone, standing, at, frameMs)) return null;
  return elsewhere ? { ...standing, misses: standing.misses + 1 } : standing;
}

/** Whether it has stood for enterAfterMs. It is seen in most frames; false boxes fall on the same place now and then only. */
export function stands(zone: SpotZone, { from, last, sightings, misses }: Standing, frameMs: number): boolean {
  if (last.ms - from.ms < enterAfterOf(zone, frameMs)) return false;
  if (zone.enterAfterMs === 0) return true;
  if (sightings < minSightings) return false;
  return sightings >= misses * 2 || (sightings >= manySightings && sightings * missesPerSighting >= misses);
}

/** A slow camera takes longer: what it shows in two frames in a row has stood for the time between them, and no less. */
function enterAfterOf({ enterAfterMs }: SpotZone, frameMs: number): number {
  return enterAfterMs === 0 ? 0 : Math.max(enterAfterMs, 2 * frameMs);
}

/** Gaps up to that are missed detections. */
function expired(zone: SpotZone, { last }: Standing, at: Moment, frameMs: number): boolean {
  return at.ms - last.ms > Math.max(enterAfterOf(zone, frameMs) * gapSlack, minGapMs);
}
