import * as z from 'zod';
import { must } from '../../document/mistake.ts';
import { meetingSides, polygonArea, type Polygon } from '../../model/geometry.ts';

/** Polygons below this, in square pixels, are slips of the pen. */
const minArea = 1;
const maxCorners = 128;

/** A polygon in the twin; `polygonProblem` judges it. */
export const polygonField = z
  .array(z.number(), { error: must('be a list of numbers, [x1, y1, x2, y2, …]') })
  .meta({ description: 'The corners, [x1, y1, x2, y2, …]: 3 to 128, and no two sides that cross or touch.' });

/** The first thing that is wrong with a polygon; the others follow from it as a rule. */
export function polygonProblem(corners: Polygon): string | undefined {
  const { length } = corners;
  const need = 'polygon: must be [x1, y1, x2, y2, x3, y3, …]';
  if (length % 2 !== 0) return `${need}, but an x is without its y: it has ${length} numbers`;
  if (length < 6) return `${need} with at least 3 corners, but has ${length / 2}`;
  if (length > maxCorners * 2) return `polygon: must have at most ${maxCorners} corners, but has ${length / 2}`;
  const meeting = meetingSides(corners);
  if (meeting !== undefined) {
    const [one, other] = meeting.map((side) => `${side + 1}`);
    return `polygon: must not cross or touch itself, but the sides from corners ${one} and ${other} do`;
  }
  const area = polygonArea(corners);
  if (area >= minArea) return undefined;
  return `polygon: must be at least ${minArea} square pixel large, but is ${Number(area.toPrecision(3))} (units?)`;
}
