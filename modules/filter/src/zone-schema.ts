import { z } from 'zod';
import { plainly } from './zod-wording.ts';
import type { Zone } from './pipeline/config.ts';
import { isSimple, polygonArea, type Polygon } from './pipeline/geometry.ts';

const DAY_MS = 86_400_000;
/** Polygons below this, in square pixels, are slips of the pen. */
const MIN_AREA = 1;
const MAX_CORNERS = 128;
/** Of a line's length, where the twin says nothing of its dead band. */
const DEAD_BAND = 0.01;

const duration = (leastMs: number) => z.int().min(leastMs).max(DAY_MS);
const silence = z.enum(['unknown', 'empty', 'keep']);
const cover = z.enum(['anchor', 'overlap', 'either']);
const units = z.enum(['pixel', 'normalized']);
const rules = {
  classes: z.array(z.string().min(1).max(128)).min(1).max(64),
  minConfidence: z.number().min(0).max(1),
  enterAfterMs: duration(0),
  leaveAfterMs: duration(100),
  staleAfterMs: duration(1_000),
};

/** What the twin says for all zones, each of which may say otherwise for itself. */
export const defaultsSchema = z.strictObject({
  classes: rules.classes.default(['Car', 'Truck', 'Bus']),
  minConfidence: rules.minConfidence.default(0.3),
  enterAfterMs: rules.enterAfterMs.default(2_000),
  leaveAfterMs: rules.leaveAfterMs.default(8_000),
  staleAfterMs: rules.staleAfterMs.default(30_000),
  silence: silence.default('unknown'),
  cover: cover.default('either'),
  units: units.default('pixel'),
  frameWidth: z.int().min(1).max(100_000).default(1_920),
  frameHeight: z.int().min(1).max(100_000).default(1_080),
});

/** Defaults with nothing left out. */
export type Defaults = z.infer<typeof defaultsSchema>;

const own = {
  sensor: z.string().max(256),
  classes: rules.classes.optional(),
  minConfidence: rules.minConfidence.optional(),
  enterAfterMs: rules.enterAfterMs.optional(),
  leaveAfterMs: rules.leaveAfterMs.optional(),
  staleAfterMs: rules.staleAfterMs.optional(),
  silence: silence.optional(),
  units: units.optional(),
};
const point = z.tuple([z.number(), z.number()]);
const polygon = z.array(z.number());

const kindSchema = z.looseObject({ kind: z.enum(['spot', 'area', 'line']) });
const reportedSchema = z.strictObject({
  kind: z.literal('spot'),
  parkingSpot: z.string().min(1).max(256),
  sensor: z.string().max(256).optional(),
});
const spotSchema = z.strictObject({ kind: z.literal('spot'), ...own, polygon, cover: cover.optional() });
const areaSchema = z.strictObject({
  kind: z.literal('area'),
  ...own,
  polygon,
  capacity: z.int().min(1).max(100_000).optional(),
  dwellMs: duration(1_000).optional(),
});
const lineSchema = z.strictObject({
  kind: z.literal('line'),
  ...own,
  from: point,
  to: point,
  deadBand: z.number().min(0).optional(),
});

/** Reads one zone; a text says why it can't work, field by field. */
export function parseZone(name: string, value: unknown, defaults: Defaults): Zone | string {
  if (name.length === 0 || name.length > 128) return 'name: has more than 128 characters, or none';
  if (typeof value !== 'object' || value === null) return 'is not an object';
  const kind = kindSchema.safeParse(value);
  if (!kind.success) return describe(kind.error);
  switch (kind.data.kind) {
    case 'spot':
      return 'parkingSpot' in value ? parseReported(name, value) : parseSpot(name, value, defaults);
    case 'area':
      return parseArea(name, value, defaults);
    case 'line':
      return parseLine(name, value, defaults);
  }
}

function parseReported(name: string, value: object): Zone | string {
  const parsed = reportedSchema.safeParse(value, plainly);
  if (!parsed.success) return describe(parsed.error);
  const { parkingSpot, sensor = null } = parsed.data;
  return { kind: 'reported', name, sensor, parkingSpot };
}

function parseSpot(name: string, value: object, defaults: Defaults): Zone | string {
  const parsed = spotSchema.safeParse(value, plainly);
  if (!parsed.success) return describe(parsed.error);
  const { polygon: corners, cover: coverRule = defaults.cover, ...rest } = parsed.data;
  const scaled = scale(corners, rest.units, defaults);
  return (
    polygonProblem(scaled) ?? { ...watching(name, rest, defaults), kind: 'spot', polygon: scaled, cover: coverRule }
  );
}

function parseArea(name: string, value: object, defaults: Defaults): Zone | string {
  const parsed = areaSchema.safeParse(value, plainly);
  if (!parsed.success) return describe(parsed.error);
  const { polygon: corners, capacity = null, dwellMs = null, ...rest } = parsed.data;
  const scaled = scale(corners, rest.units, defaults);
  return (
    polygonProblem(scaled) ?? { ...watching(name, rest, defaults), kind: 'area', polygon: scaled, capacity, dwellMs }
  );
}

function parseLine(name: string, value: object, defaults: Defaults): Zone | string {
  const parsed = lineSchema.safeParse(value, plainly);
  if (!parsed.success) return describe(parsed.error);
  const { from, to, deadBand, ...rest } = parsed.data;
  const [ax = 0, ay = 0, bx = 0, by = 0] = scale([...from, ...to], rest.units, defaults);
  const length = Math.hypot(bx - ax, by - ay);
  if (!(length >= MIN_AREA)) return 'from, to: is too short';
  const band =
    deadBand === undefined
      ? length * DEAD_BAND
      : deadBand * (isNormalized(rest.units, defaults) ? defaults.frameWidth : 1);
  return { ...watching(name, rest, defaults), kind: 'line', from: [ax, ay], to: [bx, by], deadBand: band };
}

type Own = { readonly [K in keyof typeof own]?: z.infer<(typeof own)[K]> };

function watching(name: string, zone: Own & { readonly sensor: string }, defaults: Defaults) {
  return {
    name,
    sensor: zone.sensor,
    classes: zone.classes ?? defaults.classes,
    minConfidence: zone.minConfidence ?? defaults.minConfidence,
    enterAfterMs: zone.enterAfterMs ?? defaults.enterAfterMs,
    leaveAfterMs: zone.leaveAfterMs ?? defaults.leaveAfterMs,
    staleAfterMs: zone.staleAfterMs ?? defaults.staleAfterMs,
    silence: zone.silence ?? defaults.silence,
  };
}

function isNormalized(zoneUnits: Own['units'], defaults: Defaults): boolean {
  return (zoneUnits ?? defaults.units) === 'normalized';
}

function scale(corners: readonly number[], zoneUnits: Own['units'], defaults: Defaults): number[] {
  if (!isNormalized(zoneUnits, defaults)) return [...corners];
  return corners.map((value, i) => value * (i % 2 === 0 ? defaults.frameWidth : defaults.frameHeight));
}

/** The first thing that is wrong with a polygon; the others follow from it as a rule. */
function polygonProblem(corners: Polygon): string | undefined {
  const at = 'polygon: ';
  if (corners.length < 6) return `${at}needs at least three corners, as [x1, y1, x2, y2, x3, y3]`;
  if (corners.length > MAX_CORNERS * 2) return `${at}has more than ${MAX_CORNERS} corners`;
  if (corners.length % 2 !== 0) return `${at}has an x without its y`;
  if (!isSimple(corners)) return `${at}crosses or touches itself`;
  return polygonArea(corners) < MIN_AREA ? `${at}is too small` : undefined;
}

function describe(error: z.ZodError): string {
  return problemsOf(error)
    .slice(0, 5)
    .map(({ field, problem }) => `${field}: ${problem}`)
    .join('; ');
}

/** Something wrong in the desired properties: where (`defaults.enterAfterMs`) and what. */
export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
}

/** zod's issues, a line each. */
export function problemsOf(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: [...issue.path, key].join('.'), problem: 'unknown field' }));
    }
    return [{ field: issue.path.join('.'), problem: issue.message }];
  });
}
