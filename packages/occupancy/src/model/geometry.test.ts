import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  boxSimilarity,
  containsPoint,
  createShareMeter,
  meetingSides,
  polygonArea,
  polygonBounds,
  sharedArea,
  polygonSimilarity,
} from './geometry.ts';

const square = [0, 0, 10, 0, 10, 10, 0, 10];
/** An L: the upper right quarter is missing. */
const concave = [0, 0, 5, 0, 5, 5, 10, 5, 10, 10, 0, 10];
const bow = [0, 0, 10, 10, 10, 0, 0, 10];

const coordinate = fc.integer({ min: -2000, max: 2000 });
const anyBox = fc
  .tuple(coordinate, coordinate, fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }))
  .map(([left, top, width, height]) => ({ left, top, right: left + width, bottom: top + height }));
/** A polygon whose corners lie on rays of growing angle from its middle is simple. */
const star = fc
  .tuple(coordinate, coordinate, fc.array(fc.integer({ min: 20, max: 900 }), { minLength: 3, maxLength: 9 }))
  .map(([x, y, radii]) =>
    radii.flatMap((radius, i) => {
      const angle = (2 * Math.PI * i) / radii.length;
      return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
    }),
  );

describe('a polygon', () => {
  test('has the same area whichever way round and wherever it begins', () => {
    fc.assert(
      fc.property(star, fc.nat({ max: 8 }), (polygon, turn) => {
        const corners = polygon.flatMap((x, i) => (i % 2 === 0 ? [[x, polygon[i + 1] ?? 0]] : []));
        const turned = [...corners.slice(turn % corners.length), ...corners.slice(0, turn % corners.length)];
        expect(polygonArea(turned.reverse().flat())).toBeCloseTo(polygonArea(polygon), 3);
      }),
    );
  });

  test('contains its boundary and its corners', () => {
    expect(containsPoint(square, 0, 5)).toBe(true);
    expect(containsPoint(square, 10, 5)).toBe(true);
    expect(containsPoint(square, 5, 0)).toBe(true);
    expect(containsPoint(square, 10, 10)).toBe(true);
    expect(containsPoint(square, 10.001, 5)).toBe(false);
  });

  test('does not contain the bay of a concave one', () => {
    expect(containsPoint(concave, 7, 2)).toBe(false);
    expect(containsPoint(concave, 2, 7)).toBe(true);
  });

  test('contains no point outside its bounds', () => {
    fc.assert(
      fc.property(star, coordinate, coordinate, (polygon, x, y) => {
        const { left, top, right, bottom } = polygonBounds(polygon);
        const within = x >= left && x <= right && y >= top && y <= bottom;
        expect(!within && containsPoint(polygon, x, y)).toBe(false);
      }),
    );
  });

  test('that crosses itself, folds back or touches itself is not simple', () => {
    expect(meetingSides(square)).toBeUndefined();
    expect(meetingSides(concave)).toBeUndefined();
    expect(meetingSides(bow)).toEqual([0, 2]);
    expect(meetingSides([0, 0, 10, 0, 5, 0])).toBeDefined();
    expect(meetingSides([0, 0, 10, 0, 10, 10, 5, 0, 0, 10])).toBeDefined();
  });

  test('with corners on growing angles is simple', () => {
    fc.assert(
      fc.property(
        star.filter((polygon) => polygon.length >= 8),
        (polygon) => {
          expect(meetingSides(polygon)).toBeUndefined();
        },
      ),
    );
  });
});

describe('the area that box and polygon share', () => {
  test('is what one counts by hand', () => {
    expect(sharedArea(square, { left: 5, top: 5, right: 20, bottom: 20 })).toBe(25);
    expect(sharedArea(concave, { left: 0, top: 0, right: 10, bottom: 10 })).toBe(75);
    expect(sharedArea(concave, { left: 4, top: 0, right: 10, bottom: 6 })).toBe(11);
    expect(sharedArea(square, { left: 10, top: 0, right: 20, bottom: 10 })).toBe(0);
  });

  test('is never more than either, and never negative', () => {
    fc.assert(
      fc.property(star, anyBox, (polygon, box) => {
        const shared = sharedArea(polygon, box);
        const boxArea = (box.right - box.left) * (box.bottom - box.top);
        expect(shared).toBeGreaterThanOrEqual(0);
        expect(shared).toBeLessThanOrEqual(Math.min(polygonArea(polygon), boxArea) + 1e-3);
      }),
    );
  });

  test('adds up when the box is cut in two', () => {
    fc.assert(
      fc.property(star, anyBox, fc.double({ min: 0, max: 1, noNaN: true }), (polygon, box, share) => {
        const middle = box.left + (box.right - box.left) * share;
        const parts = sharedArea(polygon, { ...box, right: middle }) + sharedArea(polygon, { ...box, left: middle });
        expect(parts).toBeCloseTo(sharedArea(polygon, box), 3);
      }),
    );
  });

  test('is the whole polygon in a box around it', () => {
    fc.assert(
      fc.property(star, (polygon) => {
        expect(sharedArea(polygon, polygonBounds(polygon))).toBeCloseTo(polygonArea(polygon), 3);
      }),
    );
  });
});

describe('two boxes', () => {
  test('are as similar as their common share', () => {
    const box = { left: 0, top: 0, right: 10, bottom: 10 };
    expect(boxSimilarity(box, box)).toBe(1);
    expect(boxSimilarity(box, { left: 5, top: 0, right: 15, bottom: 10 })).toBeCloseTo(1 / 3);
    expect(boxSimilarity(box, { left: 10, top: 0, right: 20, bottom: 10 })).toBe(0);
  });
});

test('a share meter measures what the shared area is', () => {
  fc.assert(
    fc.property(star, anyBox, (polygon, box) => {
      expect(createShareMeter(polygon)(box)).toBeCloseTo(sharedArea(polygon, box), 3);
    }),
  );
  expect(createShareMeter(square)({ left: 5, top: 5, right: 20, bottom: 20 })).toBe(25);
});

describe('the similarity of polygons', () => {
  const square = [0, 0, 100, 0, 100, 100, 0, 100];
  const moved = (by: number): number[] => square.map((value, index) => (index % 2 === 0 ? value + by : value));
  test.each([
    [0, 1],
    [5, 95 / 105],
    [50, 1 / 3],
    [150, 0],
  ])('moved by %i is %f', (by, similarity) => {
    expect(polygonSimilarity(square, moved(by))).toBeCloseTo(similarity, 1);
  });
});
