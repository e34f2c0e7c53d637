import type { Box } from '@companion/deepstream/message';
import type { SpotZone } from './config.ts';
import { boxArea, containsPoint, polygonArea, polygonBounds, sharedArea } from './geometry.ts';
import type { Sighting } from './identity.ts';

/** A spot made ready for quick questions. */
export interface SpotShape {
  readonly zone: SpotZone;
  readonly bounds: Box;
  readonly area: number;
  readonly classes: ReadonlySet<string>;
}

/** What lies on a spot in one frame. */
export interface Cover {
  readonly sighting: Sighting;
  /** Square units that box and spot share. */
  readonly area: number;
}

/** A box over this share of the spot covers it, wherever its anchor is. */
const SPOT_SHARE = 0.5;
/** The same for a spot on which something was found before. */
const HELD_SPOT_SHARE = 0.3;
/** A box whose anchor stands in the spot must share this much of the smaller of the two: a car that waits in the lane behind reaches a little into it. */
const ANCHOR_SHARE = 0.2;
/** A box on the line between two spots stays with the one that it was found on, so that jitter doesn't hand it to and fro. */
const HELD_WEIGHT = 1.25;

/** The full schema calls all of them `vehicle`, whatever the detector's own label was. */
const VEHICLES: readonly string[] = ['car', 'truck', 'bus', 'van'];

/** Prepares a spot. */
export function shapeSpot(zone: SpotZone): SpotShape {
  const classes = new Set(zone.classes.map((label) => label.toLowerCase()));
  if (VEHICLES.some((label) => classes.has(label))) classes.add('vehicle');
  return {
    zone,
    bounds: polygonBounds(zone.polygon),
    area: polygonArea(zone.polygon),
    classes,
  };
}

/**
 * Which spot is covered by what, in one frame of their sensor. A box covers a spot when the middle of its lower edge
 * (where the object stands, the point that nvdsanalytics uses) is in the polygon, or when it hides enough of the
 * polygon; it takes only the spot that it covers most. `held` says whether something was on the spot before.
 */
export function coveredSpots(
  spots: readonly SpotShape[],
  sightings: readonly Sighting[],
  held: (spot: SpotShape) => boolean,
): ReadonlyMap<SpotShape, Cover> {
  const covers = new Map<SpotShape, Cover>();
  for (const sighting of sightings) {
    const label = sighting.label.toLowerCase();
    let best: SpotShape | undefined;
    let bestArea = 0;
    let bestWeight = 0;
    for (const spot of spots) {
      if (!spot.classes.has(label)) continue;
      if (sighting.confidence !== null && sighting.confidence < spot.zone.minConfidence) continue;
      const isHeld = held(spot);
      const area = coveredArea(spot, sighting.box, isHeld ? HELD_SPOT_SHARE : SPOT_SHARE);
      const weight = isHeld ? area * HELD_WEIGHT : area;
      if (weight <= bestWeight) continue;
      best = spot;
      bestArea = area;
      bestWeight = weight;
    }
    if (best === undefined || bestArea <= (covers.get(best)?.area ?? 0)) continue;
    covers.set(best, { sighting, area: bestArea });
  }
  return covers;
}

/** The area the box takes of the spot, or 0 where it doesn't cover it. */
function coveredArea({ zone, bounds, area }: SpotShape, box: Box, share: number): number {
  if (box.right < bounds.left || box.left > bounds.right || box.bottom < bounds.top || box.top > bounds.bottom)
    return 0;
  const shared = sharedArea(zone.polygon, box);
  if (shared >= area * share) return shared;
  if (shared < Math.min(area, boxArea(box)) * ANCHOR_SHARE) return 0;
  return containsPoint(zone.polygon, (box.left + box.right) / 2, box.bottom) ? shared : 0;
}
