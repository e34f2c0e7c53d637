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
      options: { zonesFile: null, snapshotEveryMs: 300_000, format: 'cloudevents' },
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
            silence: 'unknown',
            cover: 'either',
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
    expect(parseDesired({})).toMatchObject({ ok: true, config: { zones: [] }, rejected: {} });
  });

  test('are refused field by field', () => {
    const desired = parseDesired({
      zone: {},
      zonesFile: '../zones.json',
      snapshotEveryMs: 5,
      defaults: { enterAfterMs: -1, leaveAfterMs: '8 s', silence: 'maybe', units: 'inch', stale: 1 },
    });
    expect(desired.ok ? [] : desired.problems.map(({ field, problem }) => `${field}: ${problem}`).sort()).toEqual([
      'defaults.enterAfterMs: Too small: expected number to be >=0',
      'defaults.leaveAfterMs: Invalid input: expected number, received string',
      'defaults.silence: Invalid option: expected one of "unknown"|"empty"|"keep"',
      'defaults.stale: unknown field',
      'defaults.units: Invalid option: expected one of "pixel"|"normalized"',
      'snapshotEveryMs: Too small: expected number to be >=1000',
      'zone: unknown field',
      'zonesFile: must be a path below the release',
    ]);
  });

  test.each([
    [{ kind: 'area', sensor: 'Lobby', polygon, capacity: 0 }, 'capacity: Too small: expected number to be >=1'],
    [{ kind: 'line', sensor: 'Lobby', from: [0, 5], to: [0, 5] }, 'from, to: is too short'],
    [{ kind: 'spot', parkingSpot: 'P1-PS-87', polygon }, 'polygon: unknown field'],
    [{ ...spot, kind: 'spott' }, 'kind: Invalid option: expected one of "spot"|"area"|"line"'],
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
    const desired = parseDesired({ zones: { constructor: spot, toString: { kind: 'spott' } } });
    expect(desired).toMatchObject({
      config: { zones: [{ name: 'constructor' }] },
      rejected: { toString: expect.stringContaining('kind') as string },
    });
  });

  test('know areas, lines, and spots that DeepStream reports', () => {
    const desired = parseDesired({
      zones: {
        hall: { kind: 'area', sensor: 'Lobby', polygon, classes: ['Person'], capacity: 40, dwellMs: 60_000 },
        gate: { kind: 'line', sensor: 'Lobby', from: [0, 500], to: [1_900, 500] },
        P87: { kind: 'spot', parkingSpot: 'P1-PS-87' },
        P88: { kind: 'spot', parkingSpot: 'P1-PS-87' },
      },
    });
    expect(desired).toMatchObject({
      config: {
        zones: [
          { kind: 'area', name: 'hall', capacity: 40, dwellMs: 60_000 },
          { kind: 'line', name: 'gate', from: [0, 500], to: [1_900, 500], deadBand: 19 },
          { kind: 'reported', name: 'P87', parkingSpot: 'P1-PS-87', sensor: null },
        ],
      },
      rejected: { P88: 'parkingSpot: is zone P87 already' },
    });
  });

  test('scale what is normalized to the frame', () => {
    const desired = parseDesired({
      defaults: { units: 'normalized', frameWidth: 1_000, frameHeight: 500 },
      zones: { A3: { ...spot, polygon: [0, 0, 0.5, 0, 0.5, 0.5] }, A4: { ...spot, units: 'pixel' } },
    });
    expect(desired).toMatchObject({
      config: { frame: { width: 1_000, height: 500 }, zones: [{ polygon: [0, 0, 500, 0, 500, 250] }, { polygon }] },
    });
  });

  test('go before the zones of a file, and their defaults behind the file’s own', () => {
    const file = JSON.stringify({
      defaults: { leaveAfterMs: 700 },
      zones: { A3: spot, B1: { kind: 'spot' }, B2: spot },
    });
    const properties = {
      zonesFile: 'lot/zones.json',
      defaults: { enterAfterMs: 500 },
      zones: { A3: { ...spot, sensor: 'Roof' } },
    };
    expect(parseDesired(properties, file)).toMatchObject({
      config: {
        zones: [
          { name: 'B2', enterAfterMs: 500, leaveAfterMs: 700 },
          { name: 'A3', sensor: 'Roof', enterAfterMs: 500, leaveAfterMs: 8_000 },
        ],
      },
      rejected: { B1: expect.stringContaining('sensor') as string },
    });
  });

  test.each(['{', '[]', '{"zones":{},"zone":1}', '{"zones":{},"defaults":{"units":"inch"}}'])(
    'are refused with the zones file %s',
    (file) => {
      const desired = parseDesired({ zonesFile: 'zones.json' }, file);
      expect(desired.ok ? [] : desired.problems.map(({ field }) => field.slice(0, 9))).toEqual(['zonesFile']);
    },
  );
});
