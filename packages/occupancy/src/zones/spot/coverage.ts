import type { Box } from '@companion/deepstream/message';
import type { SpotZone } from '../../model/config.ts';
import {
  boxArea,
  boxSimilarity,
  containsPoint,
  createShareMeter,
  polygonArea,
  polygonBounds,
} from '../../model/geometry.ts';
import { acceptedLabels } from '../../model/label.ts';
import type { Sighting } from '../../model/sighting.ts';

/** The spots of one sensor, made ready for many frames. */
export interface Coverage {
  /**
   * What covers each spot, in the order of the zones, null for nothing; the array is good until the next call. `heldBox`
   * says where something was on a spot before: what looks like it stays more easily.
   */
  look(sightings: readonly Sighting[], heldBox: (spot: number) => Box | null): readonly (Sighting | null)[];
}

interface SpotShape {
  readonly index: number;
  readonly zone: SpotZone;
  readonly bounds: Box;
  readonly area: number;
  readonly classes: ReadonlySet<string>;
  readonly shared: (box: Box) => number;
}

/** A box over this share of the spot covers it, wherever its anchor is. */
const spotShare = 0.5;
/** The same for a box like the one that was found on the spot before. */
const heldSpotShare = 0.3;
/** A box whose anchor stands in the spot must share this much of the smaller of the two: a car that waits in the lane behind reaches a little into it. */
const anchorShare = 0.2;
/** Boxes of one standing vehicle are more alike than this. */
const sameSimilarity = 0.5;
/** A box on the line between two spots stays with the one that it was found on, so that jitter doesn't hand it to and fro. */
const heldWeight = 1.25;

/**
 * Finds which spot is covered by what. A box covers a spot when the middle of its lower edge (where the object stands,
 * the point that nvdsanalytics uses) is in the polygon, or when it hides enough of the polygon; it takes only the spot
 * that it covers most.
 */
export function createCoverage(zones: readonly SpotZone[]): Coverage {
  // From left to right: a box then meets a short run of them, however many there are.
  const spots = zones.map(shapeSpot).sort((a, b) => a.bounds.left - b.bounds.left);
  const widest = Math.max(0, ...spots.map(({ bounds }) => bounds.right - bounds.left));
  const covers = zones.map((): Sighting | null => null);
  const areas = zones.map(() => 0);

  /** The first spot that may reach as far right as this. */
  function firstNear(left: number): number {
    let low = 0;
    let high = spots.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((spots[middle]?.bounds.left ?? Infinity) < left - widest) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    look(sightings, heldBox) {
      covers.fill(null);
      areas.fill(0);
      for (const sighting of sightings) {
        const { box, confidence } = sighting;
        let label: string | undefined;
        let best = -1;
        let bestArea = 0;
        let bestWeight = 0;
        for (let n = firstNear(box.left); n < spots.length; n++) {
          const spot = spots[n];
          if (spot === undefined || spot.bounds.left > box.right) break;
          const { bounds } = spot;
          if (box.left > bounds.right || box.bottom < bounds.top || box.top > bounds.bottom) continue;
          label ??= sighting.label.toLowerCase();
          if (!spot.classes.has(label) || (confidence !== null && confidence < spot.zone.minConfidence)) continue;
          const known = heldBox(spot.index);
          const isHeld = known !== null && boxSimilarity(known, box) >= sameSimilarity;
          const area = coveredArea(spot, box, isHeld ? heldSpotShare : spotShare);
          const weight = isHeld ? area * heldWeight : area;
          if (weight <= bestWeight) continue;
          best = spot.index;
          bestArea = area;
          bestWeight = weight;
        }
        if (best < 0 || bestArea <= (areas[best] ?? 0)) continue;
        covers[best] = sighting;
        areas[best] = bestArea;
      }
      return covers;
    },
  };
}

function shapeSpot(zone: SpotZone, index: number): SpotShape {
  return {
    index,
    zone,
    bounds: polygonBounds(zone.polygon),
    area: polygonArea(zone.polygon),
    classes: acceptedLabels(zone.classes),
    shared: createShareMeter(zone.polygon),
  };
}

/** The area the box takes of the spot, or 0 where it doesn't cover it. */
function coveredArea({ zone, bounds, area, shared: measure }: SpotShape, box: Box, share: number): number {
  // What the bounds share is the most that the polygon can share: most boxes need no clipping.
  const width = Math.min(bounds.right, box.right) - Math.max(bounds.left, box.left);
  const height = Math.min(bounds.bottom, box.bottom) - Math.max(bounds.top, box.top);
  const least = Math.min(area, boxArea(box)) * anchorShare;
  if (width * height < Math.min(area * share, least)) return 0;
  const shared = measure(box);
  if (zone.cover !== 'anchor' && shared >= area * share) return shared;
  if (zone.cover === 'overlap' || shared < least) return 0;
  return containsPoint(zone.polygon, (box.left + box.right) / 2, box.bottom) ? shared : 0;
}
