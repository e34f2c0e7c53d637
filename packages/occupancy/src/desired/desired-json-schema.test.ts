import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { desiredJsonSchema, zoneJsonSchemas } from './desired-json-schema.ts';
import { parseDesired } from './desired.ts';

const takes = new Ajv2020({ strict: false }).compile(desiredJsonSchema());
const polygon = [409, 351, 544, 351, 544, 465, 409, 465];
const own = {
  sensor: 'Yard',
  classes: ['Car'],
  minConfidence: 0.5,
  enterAfterMs: 100,
  leaveAfterMs: 100,
  staleAfterMs: 1_000,
  silence: 'keep',
  units: 'pixel',
};
const full: Readonly<Record<string, unknown>> = {
  zones: {
    A3: { kind: 'spot', ...own, polygon, cover: 'anchor' },
    hall: { kind: 'area', ...own, polygon, capacity: 40, dwellMs: 60_000 },
    gate: { kind: 'line', ...own, from: [0, 500], to: [1_900, 500], deadBand: 20 },
    P87: { kind: 'spot', parkingSpot: 'P1-PS-87', sensor: 'Yard' },
  },
  defaults: { ...without(own, 'sensor'), cover: 'either', frameWidth: 1_920, frameHeight: 1_080 },
  zonesFile: 'configs/lot/zones.json',
  snapshotEveryMs: 0,
  format: 'nvidia',
};

test('a document with every field is taken by both', () => {
  expect(parseDesired(full)).toMatchObject({ ok: true, rejected: {} });
  expect(takes(full)).toBe(true);
});

test.each([
  ['an unknown field', { zone: {} }],
  ['an unknown kind', { zones: { a: { kind: 'circle', sensor: 'Yard' } } }],
  ['a spot without a polygon', { zones: { a: { kind: 'spot', sensor: 'Yard' } } }],
  [
    'a field of another kind',
    { zones: { a: { kind: 'line', sensor: 'Yard', from: [0, 0], to: [9, 9], capacity: 3 } } },
  ],
  ['a confidence that is none', { defaults: { minConfidence: 2 } }],
  ['a format that is none', { format: 'xml' }],
])('both refuse %s', (_, document) => {
  expect(takes(document)).toBe(false);
  expect(refuses(document)).toBe(true);
});

test('what the schema refuses, the module refuses, or rejects the zone', () => {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(null, '', 'x', 0, -1, 1.5, 1e12, true, [], {}, [1], { kind: 'spot' }, polygon, 'spot'),
    fc.jsonValue({ maxDepth: 1 }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...pathsOf(full)), fc.option(odd, { nil: undefined }), (path, value) => {
      const document = changed(full, path, value) as Record<string, unknown>;
      if (!takes(document)) expect(refuses(document)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('every field of every kind of zone has a description', () => {
  const { properties } = desiredJsonSchema() as { readonly properties: Fields };
  const fields = [properties, ...zoneJsonSchemas().map(({ schema }) => schema['properties'] as Fields)];
  const bare = fields.flatMap((one) => Object.keys(one).filter((name) => one[name]?.description === undefined));
  expect(bare).toEqual([]);
});

test('the example of every kind of zone is one', () => {
  for (const { example } of zoneJsonSchemas()) {
    expect(parseDesired({ zones: { example } })).toMatchObject({ ok: true, rejected: {} });
    expect(takes({ zones: { example } })).toBe(true);
  }
});

type Fields = Readonly<Record<string, { readonly description?: string }>>;
type Path = readonly string[];

function refuses(document: Record<string, unknown>): boolean {
  const desired = parseDesired(document);
  return !desired.ok || Object.keys(desired.rejected).length > 0;
}

function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  const copy = { ...value };
  Reflect.deleteProperty(copy, key);
  return copy;
}

function pathsOf(value: unknown, path: Path = []): Path[] {
  const below =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))
      : [];
  return path.length === 0 ? below : [path, ...below];
}

/** A copy with another value at a path; undefined leaves it out. */
function changed(value: unknown, [key = '', ...rest]: Path, next: unknown): unknown {
  const copy: Record<string, unknown> = { ...(value as Record<string, unknown>) };
  const inner = rest.length === 0 ? next : changed(copy[key], rest, next);
  if (inner === undefined) Reflect.deleteProperty(copy, key);
  else copy[key] = inner;
  return copy;
}
