import { describe, expect, test } from 'vitest';
import { parseDesired } from './desired.ts';

const polygon = [409, 351, 544, 351, 544, 465, 409, 465];
const spot = { kind: 'spot', sensor: 'Yard', polygon };

/** The reason for which one zone is rejected beside a good one. */
function reasonFor(zone: unknown): string | undefined {
  const desired = parseDesired({ zones: { good: spot, odd: zone as never } });
  if (!desired.ok) throw new Error(JSON.stringify(desired.problems));
  expect(desired.config.zones.map(({ name }) => name)).toContain('good');
  return desired.rejected['odd'];
}

describe('the desired properties', () => {
  test('fill a spot with the defaults', () => {
    expect(parseDesired({ zones: { A3: spot } })).toEqual({
      ok: true,
      rejected: {},
      config: {
        zones: [
          {
            ...spot,
            name: 'A3',
            classes: ['Car', 'Truck', 'Bus'],
            minConfidence: 0.3,
            enterAfterMs: 2_000,
            leaveAfterMs: 8_000,
            staleAfterMs: 30_000,
          },
        ],
      },
    });
  });

  test("let a spot's own words go before the twin's defaults, and these before ours", () => {
    const desired = parseDesired({
      defaults: { enterAfterMs: 500, leaveAfterMs: 600, staleAfterMs: 7_000 },
      zones: { A3: { ...spot, classes: ['van'], minConfidence: 0, enterAfterMs: 0 } },
    });
    expect(desired).toMatchObject({
      config: {
        zones: [{ classes: ['van'], minConfidence: 0, enterAfterMs: 0, leaveAfterMs: 600, staleAfterMs: 7_000 }],
      },
    });
  });

  test('may be empty: then there are no zones', () => {
    expect(parseDesired({})).toEqual({ ok: true, config: { zones: [] }, rejected: {} });
  });

  test('are refused field by field', () => {
    const desired = parseDesired({
      zone: {},
      zonesFile: 'configs/lot/zones.json',
      snapshotEveryMs: 300_000,
      defaults: { enterAfterMs: -1, leaveAfterMs: '8 s', silence: 'unknown', units: 'pixel', stale: 1 },
    });
    expect(desired.ok ? [] : desired.problems.map(({ field, problem }) => `${field}: ${problem}`).sort()).toEqual([
      'defaults.enterAfterMs: Too small: expected number to be >=0',
      'defaults.leaveAfterMs: Invalid input: expected number, received string',
      'defaults.silence: not supported by this version',
      'defaults.stale: unknown field',
      'defaults.units: not supported by this version',
      'snapshotEveryMs: not supported by this version',
      'zone: unknown field',
      'zonesFile: not supported by this version',
    ]);
  });

  test.each([
    [{ kind: 'area', sensor: 'Lobby', polygon, capacity: 40 }, 'kind area: not supported by this version'],
    [{ kind: 'line', sensor: 'Lobby', from: [0, 5], to: [9, 5] }, 'kind line: not supported by this version'],
    [{ kind: 'spot', parkingSpot: 'P1-PS-87' }, 'parkingSpot: not supported by this version'],
    [{ ...spot, kind: 'spott' }, 'kind: Invalid input: expected "spot"'],
    [{ ...spot, colour: 'red' }, 'colour: unknown field'],
    [{ ...spot, polygon: [0, 0, 5, 5] }, 'polygon: needs at least three corners, as [x1, y1, x2, y2, x3, y3]'],
    [{ ...spot, polygon: [0, 0, 9, 0, 9, 9, 5] }, 'polygon: has an x without its y'],
    [{ ...spot, polygon: [0, 0, 9, 9, 9, 0, 0, 9] }, 'polygon: crosses or touches itself'],
    [{ ...spot, polygon: [0, 0, 1, 0, 0, 1] }, 'polygon: is too small'],
    [{ ...spot, classes: [] }, 'classes: Too small: expected array to have >=1 items'],
    ['A3', 'is not an object'],
    [null, 'is not an object'],
  ])('reject the zone %j by name, and the others work', (zone, reason) => {
    expect(reasonFor(zone)).toBe(reason);
  });

  test('take names that objects have of themselves', () => {
    const desired = parseDesired({ zones: { constructor: spot, toString: { kind: 'area' } } });
    expect(desired).toMatchObject({
      config: { zones: [{ name: 'constructor' }] },
      rejected: { toString: 'kind area: not supported by this version' },
    });
  });
});
