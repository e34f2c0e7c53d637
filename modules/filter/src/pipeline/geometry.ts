import type { Box } from '@companion/deepstream/message';

/** A polygon as twins write it: `[x1, y1, x2, y2, …]`, at least three corners, closed by itself. */
export type Polygon = readonly number[];

type Axis = 0 | 1;

function at(polygon: readonly number[], index: number): number {
  return polygon[index % polygon.length] ?? Number.NaN;
}

/** The area in square units, whichever way round the corners run. Right for simple polygons only (see `isSimple`). */
export function polygonArea(polygon: Polygon): number {
  let twice = 0;
  for (let i = 0; i < polygon.length; i += 2) {
    twice += at(polygon, i) * at(polygon, i + 3) - at(polygon, i + 2) * at(polygon, i + 1);
  }
  return Math.abs(twice) / 2;
}

/** The area of a box in square units; corners in the wrong order count as if they were right. */
export function boxArea(box: Box): number {
  return Math.abs(box.right - box.left) * Math.abs(box.bottom - box.top);
}

/** The smallest box around the polygon. */
export function polygonBounds(polygon: Polygon): Box {
  const xs = polygon.filter((_, i) => i % 2 === 0);
  const ys = polygon.filter((_, i) => i % 2 === 1);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** Whether the point lies in the polygon. The boundary belongs to it, so that a point on the edge between two spots lies in both. */
export function containsPoint(polygon: Polygon, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0; i < polygon.length; i += 2) {
    const ax = at(polygon, i);
    const ay = at(polygon, i + 1);
    const bx = at(polygon, i + 2);
    const by = at(polygon, i + 3);
    if (onSegment(ax, ay, bx, by, x, y)) return true;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** The area that box and polygon share, in square units (Sutherland and Hodgman; the polygon may be concave). */
export function sharedArea(polygon: Polygon, box: Box): number {
  let rest = clip(polygon, 0, box.left, 1);
  rest = clip(rest, 0, box.right, -1);
  rest = clip(rest, 1, box.top, 1);
  rest = clip(rest, 1, box.bottom, -1);
  return polygonArea(rest);
}

/** How much two boxes are the same: shared area over joint area, 0 to 1. */
export function boxSimilarity(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (boxArea(a) + boxArea(b) - shared);
}

/** Whether no two sides of the polygon meet except neighbours in their common corner. */
export function isSimple(polygon: Polygon): boolean {
  const sides = polygon.length / 2;
  for (let i = 0; i < sides; i++) {
    for (let j = i + 1; j < sides; j++) {
      const neighbours = j === i + 1 || (i === 0 && j === sides - 1);
      if (neighbours ? foldsBack(polygon, i, j) : sidesMeet(polygon, i, j)) return false;
    }
  }
  return true;
}

/** Keeps what lies on one side of an axis-parallel line: `keep` 1 for the greater side, −1 for the lesser. */
function clip(polygon: Polygon, axis: Axis, limit: number, keep: 1 | -1): number[] {
  const kept: number[] = [];
  for (let i = 0; i < polygon.length; i += 2) {
    const from = (at(polygon, i + axis) - limit) * keep;
    const to = (at(polygon, i + 2 + axis) - limit) * keep;
    if (from >= 0) kept.push(at(polygon, i), at(polygon, i + 1));
    if (from < 0 !== to < 0) {
      const share = from / (from - to);
      const other = axis === 0 ? 1 : 0;
      const crossing = at(polygon, i + other) + share * (at(polygon, i + 2 + other) - at(polygon, i + other));
      if (axis === 0) kept.push(limit, crossing);
      else kept.push(crossing, limit);
    }
  }
  return kept;
}

/** Twice the signed area of the triangle: its sign says on which side of a→b the point p lies. */
function turn(ax: number, ay: number, bx: number, by: number, px: number, py: number): number {
  return (bx - ax) * (py - ay) - (by - ay) * (px - ax);
}

function onSegment(ax: number, ay: number, bx: number, by: number, px: number, py: number): boolean {
  if (turn(ax, ay, bx, by, px, py) !== 0) return false;
  return Math.min(ax, bx) <= px && px <= Math.max(ax, bx) && Math.min(ay, by) <= py && py <= Math.max(ay, by);
}

function side(polygon: Polygon, index: number): [number, number, number, number] {
  const i = index * 2;
  return [at(polygon, i), at(polygon, i + 1), at(polygon, i + 2), at(polygon, i + 3)];
}

function sidesMeet(polygon: Polygon, i: number, j: number): boolean {
  const [ax, ay, bx, by] = side(polygon, i);
  const [cx, cy, dx, dy] = side(polygon, j);
  const crosses =
    turn(ax, ay, bx, by, cx, cy) > 0 !== turn(ax, ay, bx, by, dx, dy) > 0 &&
    turn(cx, cy, dx, dy, ax, ay) > 0 !== turn(cx, cy, dx, dy, bx, by) > 0;
  return (
    crosses ||
    onSegment(ax, ay, bx, by, cx, cy) ||
    onSegment(ax, ay, bx, by, dx, dy) ||
    onSegment(cx, cy, dx, dy, ax, ay) ||
    onSegment(cx, cy, dx, dy, bx, by)
  );
}

/** Two neighbouring sides share a corner always; they may share nothing else. */
function foldsBack(polygon: Polygon, i: number, j: number): boolean {
  const [first, second] = j === i + 1 ? [i, j] : [j, i];
  const [ax, ay, bx, by] = side(polygon, first);
  const [, , cx, cy] = side(polygon, second);
  return onSegment(ax, ay, bx, by, cx, cy) || onSegment(bx, by, cx, cy, ax, ay);
}
