import type { Box } from '@companion/deepstream/message';
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
import type { SpotZone } from './types.ts';

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
export class Coverage {
  /** From left to right: a box then meets a short run of them, however many there are. */
  readonly #spots: readonly SpotShape[];
  /** The width of the widest spot. */
  readonly #widest: number;
  /** What covers each spot, in the order of the zones; made anew by each look. */
  readonly #covers: (Sighting | null)[];
  /** The area that it takes of the spot. */
  readonly #areas: number[];

  constructor(zones: readonly SpotZone[]) {
    this.#spots = zones.map(shapeSpot).sort((a, b) => a.bounds.left - b.bounds.left);
    this.#widest = Math.max(0, ...this.#spots.map(({ bounds }) => bounds.right - bounds.left));
    this.#covers = zones.map(() => null);
    this.#areas = zones.map(() => 0);
  }

  /**
   * What covers each spot, in the order of the zones, null for nothing; the array is good until the next call. `heldBox`
   * says where something was on a spot before: what looks like it stays more easily.
   */
  look(sightings: readonly Sighting[], heldBox: (spot: number) => Box | null): readonly (Sighting | null)[] {
    const covers = this.#covers;
    const areas = this.#areas;
    covers.fill(null);
    areas.fill(0);
    for (const sighting of sightings) {
      const taken = this.#mostCovered(sighting, heldBox);
      if (taken === undefined || taken.area <= (areas[taken.spot] ?? 0)) continue;
      covers[taken.spot] = sighting;
      areas[taken.spot] = taken.area;
    }
    return covers;
  }

  /** The spot that a box covers most, and the area that it takes of it. */
  #mostCovered(
    { box, confidence, label: name }: Sighting,
    heldBox: (spot: number) => Box | null,
  ): { readonly spot: number; readonly area: number } | undefined {
    let label: string | undefined;
    let best = -1;
    let bestArea = 0;
    let bestWeight = 0;
    for (let n = this.#firstNear(box.left); n < this.#spots.length; n++) {
      const spot = this.#spots[n];
      if (spot === undefined || spot.bounds.left > box.right) break;
      const { bounds } = spot;
      if (box.left > bounds.right || box.bottom < bounds.top || box.top > bounds.bottom) continue;
      label ??= name.toLowerCase();
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
    return best < 0 ? undefined : { spot: best, area: bestArea };
  }

  /** The first spot that may reach as far right as this. */
  #firstNear(left: number): number {
    let low = 0;
    let high = this.#spots.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#spots[middle]?.bounds.left ?? Infinity) < left - this.#widest) low = middle + 1;
      else high = middle;
    }
    return low;
  }
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
