import { describe, expect, test } from 'vitest';
import { parseDesired } from '../desired/desired.ts';
import { found, reportedMistake } from './mistake.ts';

const polygon = [409, 351, 544, 351, 544, 465, 409, 465];
const spot = { kind: 'spot', sensor: 'Yard', polygon };
const area = { ...spot, kind: 'area' };
const line = { kind: 'line', sensor: 'Yard', from: [0, 500], to: [1900, 500] };

/** Words of the validator's, which tell a reader of a twin nothing. */
const validator = /Invalid|expected|received|Too (small|big)|Unrecognized|undefined|record|tuple/;

function problemsIn(properties: unknown, zonesFile?: string): readonly string[] {
  const desired = parseDesired(properties as Readonly<Record<string, unknown>>, zonesFile);
  return desired.ok ? [] : desired.mistakes.map(reportedMistake).map(({ field, problem }) => `${field}: ${problem}`);
}
function reasonFor(zone: unknown): string | undefined {
  const desired = parseDesired({ zones: { A3: zone } });
  return desired.ok ? desired.rejected['A3'] : undefined;
}

describe('a mistake in the twin is told in one line, with its path, what must be there and what is', () => {
  test.each<[unknown, readonly string[]]>([
    [
      { zone: {} },
      ['zone: is not a known field (known: zones, defaults, sensors, zonesFile, snapshotEveryMs, format)'],
    ],
    [{ zones: 5 }, ['zones: must be an object, but is 5']],
    [{ zones: [spot] }, ['zones: must be an object, but is [{"kind":"spot","sensor":"Yard","polygon… (77 characters)']],
    [{ zones: null }, ['zones: must be an object, but is null']],
    [{ zones: 'A1' }, ['zones: must be an object, but is "A1"']],
    [{ zonesFile: '' }, ['zonesFile: must have at least one character, but is ""']],
    [
      { zonesFile: '/etc/zones.json' },
      ['zonesFile: must be a path below the release, without "..", but is "/etc/zones.json"'],
    ],
    [{ zonesFile: 'a/../../b' }, ['zonesFile: must be a path below the release, without "..", but is "a/../../b"']],
    [{ zonesFile: 7 }, ['zonesFile: must be a text, but is 7']],
    [
      { snapshotEveryMs: 5 },
      ['snapshotEveryMs: must be 0 for never, or a whole number of milliseconds from 1000 to 86400000, but is 5'],
    ],
    [
      { snapshotEveryMs: '5 min' },
      ['snapshotEveryMs: must be 0 for never, or a whole number of milliseconds from 1000 to 86400000, but is "5 min"'],
    ],
    [
      { snapshotEveryMs: 1e9 },
      [
        'snapshotEveryMs: must be 0 for never, or a whole number of milliseconds from 1000 to 86400000, but is 1000000000',
      ],
    ],
    [
      { snapshotEveryMs: 1000.5 },
      ['snapshotEveryMs: must be 0 for never, or a whole number of milliseconds from 1000 to 86400000, but is 1000.5'],
    ],
    [
      { snapshotEveryMs: null },
      ['snapshotEveryMs: must be 0 for never, or a whole number of milliseconds from 1000 to 86400000, but is null'],
    ],
    [{ format: 'xml' }, ['format: must be "cloudevents" or "nvidia", but is "xml"']],
    [{ format: 1 }, ['format: must be "cloudevents" or "nvidia", but is 1']],
    [{ defaults: [] }, ['defaults: must be an object, but is []']],
    [{ defaults: 'none' }, ['defaults: must be an object, but is "none"']],
    [
      { defaults: { stale: 1 } },
      [
        'defaults.stale: is not a known field (known: classes, minConfidence, enterAfterMs, leaveAfterMs, staleAfterMs, silence, cover, units, frameWidth, frameHeight, spot, area, line)',
      ],
    ],
    [
      { defaults: { enterAfterMs: -1 } },
      ['defaults.enterAfterMs: must be a whole number of milliseconds from 0 to 86400000, but is -1'],
    ],
    [
      { defaults: { enterAfterMs: 2.5 } },
      ['defaults.enterAfterMs: must be a whole number of milliseconds from 0 to 86400000, but is 2.5'],
    ],
    [
      { defaults: { leaveAfterMs: '8 s' } },
      ['defaults.leaveAfterMs: must be a whole number of milliseconds from 100 to 86400000, but is "8 s"'],
    ],
    [
      { defaults: { leaveAfterMs: 50 } },
      ['defaults.leaveAfterMs: must be a whole number of milliseconds from 100 to 86400000, but is 50'],
    ],
    [
      { defaults: { staleAfterMs: 86_400_001 } },
      ['defaults.staleAfterMs: must be a whole number of milliseconds from 1000 to 86400000, but is 86400001'],
    ],
    [{ defaults: { minConfidence: 30 } }, ['defaults.minConfidence: must be a number from 0 to 1, but is 30']],
    [{ defaults: { minConfidence: '0.3' } }, ['defaults.minConfidence: must be a number from 0 to 1, but is "0.3"']],
    [{ defaults: { classes: 'Car' } }, ['defaults.classes: must be a list, but is "Car"']],
    [{ defaults: { classes: [] } }, ['defaults.classes: must have at least one entry, but is []']],
    [{ defaults: { classes: [''] } }, ['defaults.classes.0: must have at least one character, but is ""']],
    [{ defaults: { classes: ['Car', 7] } }, ['defaults.classes.1: must be a text, but is 7']],
    [{ defaults: { silence: 'maybe' } }, ['defaults.silence: must be "unknown", "empty" or "keep", but is "maybe"']],
    [{ defaults: { cover: true } }, ['defaults.cover: must be "anchor", "overlap" or "either", but is true']],
    [{ defaults: { units: 'inch' } }, ['defaults.units: must be "pixel" or "normalized", but is "inch"']],
    [{ defaults: { frameWidth: 0 } }, ['defaults.frameWidth: must be a whole number from 1 to 100000, but is 0']],
    [
      { defaults: { frameHeight: 1e6 } },
      ['defaults.frameHeight: must be a whole number from 1 to 100000, but is 1000000'],
    ],
  ])('%j', (properties, lines) => {
    expect(problemsIn(properties)).toEqual(lines);
    expect(lines.join()).not.toMatch(validator);
  });

  test.each<[unknown, string]>([
    ['A3', 'must be an object, but is "A3"'],
    [null, 'must be an object, but is null'],
    [7, 'must be an object, but is 7'],
    [[], 'must be an object, but is []'],
    [{}, 'kind: is missing: must be "spot", "area" or "line"'],
    [{ kind: 'spott' }, 'kind: must be "spot", "area" or "line", but is "spott"'],
    [
      { kind: 'spot' },
      'sensor: is missing: must be a text; polygon: is missing: must be a list of numbers, [x1, y1, x2, y2, …]',
    ],
    [{ ...spot, sensor: 5 }, 'sensor: must be a text, but is 5'],
    [
      { ...spot, colour: 'red' },
      'colour: is not a known field (known: kind, sensor, classes, minConfidence, enterAfterMs, leaveAfterMs, staleAfterMs, silence, units, polygon, cover)',
    ],
    [{ ...spot, polygon: 'square' }, 'polygon: must be a list of numbers, [x1, y1, x2, y2, …], but is "square"'],
    [
      {
        ...spot,
        polygon: [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      },
      'polygon.0: must be a number, but is [1,2]',
    ],
    [
      { ...spot, polygon: [0, 0, 5, 5] },
      'polygon: must be [x1, y1, x2, y2, x3, y3, …] with at least 3 corners, but has 2',
    ],
    [
      { ...spot, polygon: [0, 0, 9, 0, 9, 9, 5] },
      'polygon: must be [x1, y1, x2, y2, x3, y3, …], but an x is without its y: it has 7 numbers',
    ],
    [
      { ...spot, polygon: [0, 0, 9, 9, 9, 0, 0, 9] },
      'polygon: must not cross or touch itself, but the sides from corners 1 and 3 do',
    ],
    [{ ...spot, polygon: [0, 0, 1, 0, 0, 1] }, 'polygon: must be at least 1 square pixel large, but is 0.5 (units?)'],
    [{ ...spot, polygon: [0, 0, '9', 0, 9, 9] }, 'polygon.2: must be a number, but is "9"'],
    [{ ...spot, polygon: [] }, 'polygon: must be [x1, y1, x2, y2, x3, y3, …] with at least 3 corners, but has 0'],
    [
      { ...spot, enterAfterMs: '2 s' },
      'enterAfterMs: must be a whole number of milliseconds from 0 to 86400000, but is "2 s"',
    ],
    [{ ...spot, cover: 'all' }, 'cover: must be "anchor", "overlap" or "either", but is "all"'],
    [
      { ...spot, capacity: 3 },
      'capacity: is not a known field (known: kind, sensor, classes, minConfidence, enterAfterMs, leaveAfterMs, staleAfterMs, silence, units, polygon, cover)',
    ],
    [{ ...spot, units: 'cm' }, 'units: must be "pixel" or "normalized", but is "cm"'],
    [{ ...area, capacity: 0 }, 'capacity: must be a whole number from 1 to 100000, but is 0'],
    [{ ...area, capacity: 1.5 }, 'capacity: must be a whole number from 1 to 100000, but is 1.5'],
    [{ ...area, dwellMs: 10 }, 'dwellMs: must be a whole number of milliseconds from 1000 to 86400000, but is 10'],
    [
      { ...area, from: [0, 0] },
      'from: is not a known field (known: kind, sensor, classes, minConfidence, enterAfterMs, leaveAfterMs, staleAfterMs, silence, units, polygon, capacity, dwellMs)',
    ],
    [{ ...line, from: [0] }, 'from: must be a list of two numbers, [x, y], but is [0]'],
    [{ ...line, from: [0, 'a'] }, 'from.1: must be a number, but is "a"'],
    [{ ...line, to: 5 }, 'to: must be a list of two numbers, [x, y], but is 5'],
    [{ ...line, to: [0, 500] }, 'to: must be at least 1 pixel from "from", but is 0'],
    [{ ...line, deadBand: -1 }, 'deadBand: must be at least 0, but is -1'],
    [
      { ...line, polygon },
      'polygon: is not a known field (known: kind, sensor, classes, minConfidence, enterAfterMs, leaveAfterMs, staleAfterMs, silence, units, from, to, deadBand)',
    ],
    [{ kind: 'spot', parkingSpot: '' }, 'parkingSpot: must have at least one character, but is ""'],
    [{ kind: 'spot', parkingSpot: 87 }, 'parkingSpot: must be a text, but is 87'],
    [{ kind: 'spot', parkingSpot: 'P1', polygon }, 'polygon: is not a known field (known: kind, parkingSpot, sensor)'],
    [{ kind: 'spot', parkingSpot: 'P1', sensor: 4 }, 'sensor: must be a text, but is 4'],
  ])('zones.A3: %j', (zone, reason) => {
    expect(reasonFor(zone)).toBe(reason);
    expect(reason).not.toMatch(validator);
  });

  test.each([
    ['[]', 'zonesFile: must be an object, but is []'],
    ['{}', 'zonesFile: zones: is missing: must be an object'],
    ['{"zones":{},"zone":1}', 'zonesFile: zone: is not a known field (known: zones, defaults)'],
    [
      '{"zones":{},"defaults":{"units":"inch"}}',
      'zonesFile: defaults.units: must be "pixel" or "normalized", but is "inch"',
    ],
    ['{"zones":7}', 'zonesFile: zones: must be an object, but is 7'],
    ['{"zones":{},"defaults":5}', 'zonesFile: defaults: must be an object, but is 5'],
  ])('the zones file: %s', (file, problem) => {
    expect(problemsIn({ zonesFile: 'zones.json' }, file)).toEqual([problem]);
  });

  test('also what is too long to be shown, or has no words', () => {
    expect(problemsIn({ zonesFile: 'x'.repeat(1_025) })).toEqual([
      `zonesFile: must have at most 1024 characters, but is "${'x'.repeat(39)}… (1027 characters)`,
    ]);
    expect(reasonFor({ ...spot, polygon: Array.from({ length: 300 }, (_, n) => n) })).toBe(
      'polygon: must have at most 128 corners, but has 150',
    );
    expect(problemsIn({ zonesFile: 'zones.json' }, '{\n  "zones": {},\n}')).toEqual([
      'zonesFile: must be JSON, but zones.json:3:1 is not: expected a key in quotes, found "}"',
    ]);
    expect(found(undefined)).toBe('nothing');
  });

  test('under a name that is none', () => {
    const desired = parseDesired({ zones: { '': spot, ['n'.repeat(200)]: spot } });
    expect(desired.ok && Object.values(desired.rejected)).toEqual([
      'the name must have 1 to 128 characters, but has 0',
      'the name must have 1 to 128 characters, but has 200',
    ]);
  });
});
