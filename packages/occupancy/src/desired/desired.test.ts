import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { desiredJsonSchema } from './desired-json-schema.ts';
import { parseDesired as parse, type Desired } from './desired.ts';

const schemaTakes = new Ajv2020({ strict: false }).compile(desiredJsonSchema());

/** What the JSON Schema refuses, the module refuses, or rejects the zone: checked with every document of these tests. */
function parseDesired(properties: Record<string, unknown>, zonesFile?: string): Desired {
  const desired = parse(properties, zonesFile);
  if (!schemaTakes(properties)) expect(refuses(desired)).toBe(true);
  return desired;
}

function refuses(desired: Desired): boolean {
  return !desired.ok || Object.keys(desired.rejected).length > 0;
}

const polygon = [409, 351, 544, 351, 544, 465, 409, 465];
const spot = { kind: 'spot', sensor: 'Yard', polygon };

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
            classes: ['Car', 'Truck', 'Bus', 'Van'],
            minConfidence: 0.3,
            enterAfterMs: 2_000,
            leaveAfterMs: 8_000,
            staleAfterMs: 30_000,
            silence: 'unknown',
            staysEmpty: true,
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

  test('reject a zone that can’t work by name, and the others work', () => {
    const desired = parseDesired({ zones: { good: spot, odd: { ...spot, colour: 'red' } } });
    expect(desired).toMatchObject({
      config: { zones: [{ name: 'good' }] },
      rejected: { odd: expect.stringMatching(/^colour: is not a known field/) as string },
    });
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
          { kind: 'line', name: 'gate', from: [0, 500], to: [1_900, 500], deadBand: null },
          { kind: 'reported', name: 'P87', parkingSpot: 'P1-PS-87', sensor: null },
        ],
      },
      rejected: { P88: 'parkingSpot: must be of one zone only, but "P1-PS-87" is zone P87 already' },
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
});

describe('the key __proto__', () => {
  const zone = { kind: 'spot', sensor: 'Yard', polygon: [0, 0, 100, 0, 100, 100] };
  const spot = JSON.stringify(zone);

  test.each([
    [`{"zones":{"__proto__":${spot}}}`, ['zones', '__proto__']],
    [`{"zones":{"A1":{"kind":"spot","__proto__":{"sensor":"Yard"}}}}`, ['zones', 'A1', '__proto__']],
    [`{"zones":{},"defaults":{"constructor":1}}`, ['defaults', 'constructor']],
    [`{"__proto__":{"zones":{}}}`, ['__proto__']],
  ])('is a mistake with its path: %s', (text, path) => {
    const parsed = parseDesired(JSON.parse(text) as Record<string, unknown>);
    expect(parsed).toMatchObject({ ok: false, mistakes: [{ at: { path } }] });
  });

  test('is one in a zones file too, with the file', () => {
    expect(parseDesired({ zonesFile: 'zones.json' }, `{"zones":{"__proto__":${spot}}}`)).toMatchObject({
      ok: false,
      mistakes: [{ at: { file: 'zonesFile', path: ['zones', '__proto__'] } }],
    });
  });
});
