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
 * Of a box's height: a vehicle whose lower edge is so far below the spot stands in front of it, however much it hides.
 * Polygons that hold only the middle of a spot end above the lower edge of what is parked there.
 */
const frontShare = 0.3;
/** Of a spot's area, and of its width at the lower edge of a box: so much of each of two spots is taken by one vehicle. */
const bothShare = 0.7;
/** Of a spot's area: what is in front hides it, as far as a detector is concerned. */
const hiddenShare = 0.6;

/** What a frame shows of the spots, in the order of the zones; good until the next look. */
export interface Covered {
  /** What stands on each, null for nothing. */
  readonly covers: readonly (Sighting | null)[];
  /** Whether something in front hides it, which stands on none of them. */
  readonly hidden: readonly boolean[];
}

/**
 * Finds which spot is covered by what. What decides is where a vehicle touches the ground: a box covers a spot when the
 * middle of its lower edge (the point that nvdsanalytics uses) is in the polygon, or when it hides enough of the polygon
 * and does not stand in front of it. It takes the spot that it covers most, and a second one that it covers as well.
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
  readonly #hidden: boolean[];

  constructor(zones: readonly SpotZone[]) {
    this.#spots = zones.map(shapeSpot).sort((a, b) => a.bounds.left - b.bounds.left);
    this.#widest = Math.max(0, ...this.#spots.map(({ bounds }) => bounds.right - bounds.left));
    this.#covers = zones.map(() => null);
    this.#areas = zones.map(() => 0);
    this.#hidden = zones.map(() => false);
  }

  /** `heldBox` says where something was on a spot before: what looks like it stays more easily. */
  look(sightings: readonly Sighting[], heldBox: (spot: number) => Box | null): Covered {
    const [covers, hidden] = [this.#covers, this.#hidden];
    covers.fill(null);
    this.#areas.fill(0);
    hidden.fill(false);
    for (const sighting of sightings) {
      const taken = this.#mostCovered(sighting, heldBox);
      if (taken === undefined) this.#hide(sighting.box);
      else {
        this.#take(taken.spot, taken.area, sighting);
        if (taken.second !== undefined) this.#take(taken.second, taken.secondArea, sighting);
      }
    }
    return { covers, hidden };
  }

  #take(spot: number, area: number, sighting: Sighting): void {
    if (area <= (this.#areas[spot] ?? 0)) return;
    this.#covers[spot] = sighting;
    this.#areas[spot] = area;
  }

  /** Marks the spots that something hides which stands on none. */
  #hide(box: Box): void {
    for (let n = this.#firstNear(box.left); n < this.#spots.length; n++) {
      const spot = this.#spots[n];
      if (spot === undefined || spot.bounds.left > box.right) return;
      if (box.top > spot.bounds.bottom || !standsInFront(spot, box)) continue;
      if (spot.shared(box) >= spot.area * hiddenShare) this.#hidden[spot.index] = true;
    }
  }

  /** The spot that a box covers most, and the area that it takes of it. */
  #mostCovered({ box, confidence, label: name }: Sighting, heldBox: (spot: number) => Box | null): Taken | undefined {
    let label: string | undefined;
    let best = -1;
    let bestArea = 0;
    let bestWeight = 0;
    let bestIsWell = false;
    let second: number | undefined;
    let secondArea = 0;
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
      if (weight === 0) continue;
      const both = coversWell(spot, box, area);
      if (weight > bestWeight) {
        if (bestIsWell) [second, secondArea] = [best, bestArea];
        best = spot.index;
        bestArea = area;
        bestWeight = weight;
        bestIsWell = both;
      } else if (both && area > secondArea) {
        [second, secondArea] = [spot.index, area];
      }
    }
    if (best < 0) return undefined;
    return { spot: best, area: bestArea, second: bestIsWell ? second : undefined, secondArea };
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

/** The spot that a box takes, and a second one where it stands on two. */
interface Taken {
  readonly spot: number;
  readonly area: number;
  readonly second: number | undefined;
  readonly secondArea: number;
}

/** Whether a box takes so much of a spot, and of its width where it touches the ground, that nobody else can park there. */
function coversWell({ bounds, area }: SpotShape, box: Box, taken: number): boolean {
  const width = Math.min(bounds.right, box.right) - Math.max(bounds.left, box.left);
  return taken >= area * bothShare && width >= (bounds.right - bounds.left) * bothShare;
}

/** Whether a box touches the ground nearer to the camera than the spot ends. */
function standsInFront({ zone: { polygon }, bounds }: SpotShape, { left, right, top, bottom }: Box): boolean {
  if (bottom <= bounds.bottom) return false;
  const x = Math.min(Math.max((left + right) / 2, bounds.left), bounds.right);
  return bottom - lowestAt(polygon, x) > (bottom - top) * frontShare;
}

/** Where a polygon ends below at this x, which is within its bounds. */
function lowestAt(polygon: SpotZone['polygon'], x: number): number {
  let lowest = -Infinity;
  for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2) {
    const [ax = 0, ay = 0, bx = 0, by = 0] = [polygon[j], polygon[j + 1], polygon[i], polygon[i + 1]];
    if (x < Math.min(ax, bx) || x > Math.max(ax, bx)) continue;
    lowest = Math.max(lowest, ax === bx ? Math.max(ay, by) : ay + ((x - ax) / (bx - ax)) * (by - ay));
  }
  return lowest;
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
function coveredArea(spot: SpotShape, box: Box, share: number): number {
  const { zone, bounds, area, shared: measure } = spot;
  // What the bounds share is the most that the polygon can share: most boxes need no clipping.
  const width = Math.min(bounds.right, box.right) - Math.max(bounds.left, box.left);
  const height = Math.min(bounds.bottom, box.bottom) - Math.max(bounds.top, box.top);
  const least = Math.min(area, boxArea(box)) * anchorShare;
  if (width * height < Math.min(area * share, least)) return 0;
  if (standsInFront(spot, box)) return 0;
  const shared = measure(box);
  if (zone.cover !== 'anchor' && shared >= area * share) return shared;
  if (zone.cover === 'overlap' || shared < least) return 0;
  return containsPoint(zone.polygon, (box.left + box.right) / 2, box.bottom) ? shared : 0;
}
