import type { Box } from '@companion/deepstream/message';

/** A polygon as twins write it: `[x1, y1, x2, y2, …]`, at least three corners, closed by itself. */
export type Polygon = readonly number[];

function at(polygon: readonly number[], index: number): number {
  return polygon[index % polygon.length] ?? Number.NaN;
}

/** The area in square units, whichever way round the corners run. Right for simple polygons only (see `meetingSides`). */
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

/** Points that two polygons are compared by, across and down what holds both. */
const comparedPoints = 48;

/** The share that two polygons have in common of what either covers: 1 for the same, 0 for apart; to a hundredth or two. */
export function polygonSimilarity(a: Polygon, b: Polygon): number {
  const [first, second] = [polygonBounds(a), polygonBounds(b)];
  const [left, top] = [Math.min(first.left, second.left), Math.min(first.top, second.top)];
  const width = Math.max(first.right, second.right) - left;
  const height = Math.max(first.bottom, second.bottom) - top;
  let [both, either] = [0, 0];
  for (let n = 0; n < comparedPoints * comparedPoints; n++) {
    const x = left + (((n % comparedPoints) + 0.5) / comparedPoints) * width;
    const y = top + ((Math.floor(n / comparedPoints) + 0.5) / comparedPoints) * height;
    const [inA, inB] = [containsPoint(a, x, y), containsPoint(b, x, y)];
    if (inA && inB) both++;
    if (inA || inB) either++;
  }
  return either === 0 ? 0 : both / either;
}

/** How far a point is from the nearest side of a polygon, inside or outside. */
export function boundaryDistance(polygon: Polygon, x: number, y: number): number {
  let nearest = Infinity;
  for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2) {
    const [ax = 0, ay = 0, bx = 0, by = 0] = [polygon[j], polygon[j + 1], polygon[i], polygon[i + 1]];
    const [dx, dy] = [bx - ax, by - ay];
    const length = dx * dx + dy * dy;
    const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length));
    nearest = Math.min(nearest, Math.hypot(ax + along * dx - x, ay + along * dy - y));
  }
  return nearest;
}

/**
 * The area that box and polygon share, in square units; the polygon may be concave. The sides' areas down to the box's
 * upper edge, each with the sign of its direction and each cut to the box, add up to it: nothing has to be clipped.
 */
export function sharedArea(polygon: Polygon, { left, top, right, bottom }: Box): number {
  const { length } = polygon;
  let area = 0;
  let ax = polygon[length - 2] ?? Number.NaN;
  let ay = polygon[length - 1] ?? Number.NaN;
  for (let i = 0; i < length; i += 2) {
    const bx = polygon[i] ?? Number.NaN;
    const by = polygon[i + 1] ?? Number.NaN;
    const from = Math.min(Math.max(ax, left), right);
    const to = Math.min(Math.max(bx, left), right);
    if (from !== to) {
      const slope = (by - ay) / (bx - ax);
      area += (to - from) * meanDepth(ay + (from - ax) * slope, ay + (to - ax) * slope, top, bottom);
    }
    ax = bx;
    ay = by;
  }
  return Math.abs(area);
}

/** How far below `top`, but no further than `bottom`, a straight line from height y1 to y2 is in the mean. */
function meanDepth(y1: number, y2: number, top: number, bottom: number): number {
  const high = Math.min(y1, y2);
  const low = Math.max(y1, y2);
  if (low <= top) return 0;
  if (high >= bottom) return bottom - top;
  if (high >= top && low <= bottom) return (high + low) / 2 - top;
  const within = Math.max(high, top);
  const until = Math.min(low, bottom);
  const deep = (low - until) * (bottom - top);
  return ((until - within) * ((within + until) / 2 - top) + deep) / (low - high);
}

/** Like `sharedArea`, of one polygon with many boxes: upright rectangles and boxes over all of it need no look at the sides. */
export function createShareMeter(polygon: Polygon): (box: Box) => number {
  const bounds = polygonBounds(polygon);
  const area = polygonArea(polygon);
  const upright = polygon.length === 8 && area > boxArea(bounds) * (1 - 1e-12);
  return (box) => {
    const width = Math.min(bounds.right, box.right) - Math.max(bounds.left, box.left);
    const height = Math.min(bounds.bottom, box.bottom) - Math.max(bounds.top, box.top);
    if (width <= 0 || height <= 0) return 0;
    if (upright) return width * height;
    const whole = width === bounds.right - bounds.left && height === bounds.bottom - bounds.top;
    return whole ? area : sharedArea(polygon, box);
  };
}

/** On which side of the line through a and b the point p lies, as its distance: positive on the right hand of a → b where y grows downwards. */
export function sideDistance(ax: number, ay: number, bx: number, by: number, px: number, py: number): number {
  return turn(ax, ay, bx, by, px, py) / Math.hypot(bx - ax, by - ay);
}

/** How much two boxes are the same: shared area over joint area, 0 to 1. */
export function boxSimilarity(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (boxArea(a) + boxArea(b) - shared);
}

/**
 * The first two sides of the polygon that meet otherwise than neighbours in their common corner, by the corners (from 0)
 * that they begin at; undefined where the polygon is simple.
 */
export function meetingSides(polygon: Polygon): readonly [number, number] | undefined {
  const sides = polygon.length / 2;
  for (let i = 0; i < sides; i++) {
    for (let j = i + 1; j < sides; j++) {
      const neighbours = j === i + 1 || (i === 0 && j === sides - 1);
      if (neighbours ? foldsBack(polygon, i, j) : sidesMeet(polygon, i, j)) return [i, j];
    }
  }
  return undefined;
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
