import { polygonSimilarity, type Polygon } from '../../model/geometry.ts';

interface Drawn {
  readonly sensor: string;
  readonly polygon: Polygon;
}

/** Of what both polygons cover: a zone that was drawn again has most in common with itself, and little with its neighbour. */
const minSimilarity = 0.6;

/** Whether one polygon was drawn a little differently: what is known of the zone then still holds. */
export function isNudged(before: Drawn, after: Drawn): boolean {
  return before.sensor === after.sensor && polygonSimilarity(before.polygon, after.polygon) >= minSimilarity;
}
