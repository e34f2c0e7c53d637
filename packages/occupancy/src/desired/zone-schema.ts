import * as z from 'zod';
import { inPlainWords, must, problemsOf } from './mistake.ts';
import type { Zone } from '../model/config.ts';
import { meetingSides, polygonArea, type Polygon } from '../model/geometry.ts';

const dayMs = 86_400_000;
/** Polygons below this, in square pixels, are slips of the pen. */
const minArea = 1;
/** The same for a line, in pixels. */
const minLength = 1;
const maxName = 128;
const maxCorners = 128;
/** Of a line's length, where the twin says nothing of its dead band. */
const deadBandShare = 0.01;

/** `what`: the unit, where there is one. */
function wholeNumber(least: number, most: number, what = '') {
  const error = must(`be a whole number${what} from ${least} to ${most}`);
  return z.int({ error }).min(least, { error }).max(most, { error });
}
const duration = (leastMs: number) => wholeNumber(leastMs, dayMs, ' of milliseconds');
const share = { error: must('be a number from 0 to 1') };
const silence = z.enum(['unknown', 'empty', 'keep']);
const cover = z.enum(['anchor', 'overlap', 'either']);
const units = z.enum(['pixel', 'normalized']);
const rules = {
  classes: z.array(z.string().min(1).max(128)).min(1).max(64),
  minConfidence: z.number(share).min(0, share).max(1, share),
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
  frameWidth: wholeNumber(1, 100_000).default(1_920),
  frameHeight: wholeNumber(1, 100_000).default(1_080),
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
const point = z.tuple([z.number(), z.number()], { error: must('be a list of two numbers, [x, y]') });
const polygon = z.array(z.number(), { error: must('be a list of numbers, [x1, y1, x2, y2, …]') });

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
  capacity: wholeNumber(1, 100_000).optional(),
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
  if (name.length === 0 || name.length > maxName)
    return `the name must have 1 to ${maxName} characters, but has ${name.length}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return must('be an object')({ input: value } as never);
  const kind = kindSchema.safeParse(value, inPlainWords);
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
  const parsed = reportedSchema.safeParse(value, inPlainWords);
  if (!parsed.success) return describe(parsed.error);
  const { parkingSpot, sensor = null } = parsed.data;
  return { kind: 'reported', name, sensor, parkingSpot };
}

function parseSpot(name: string, value: object, defaults: Defaults): Zone | string {
  const parsed = spotSchema.safeParse(value, inPlainWords);
  if (!parsed.success) return describe(parsed.error);
  const { polygon: corners, cover: coverRule = defaults.cover, ...rest } = parsed.data;
  const scaled = scale(corners, rest.units, defaults);
  return (
    polygonProblem(scaled) ?? { ...watching(name, rest, defaults), kind: 'spot', polygon: scaled, cover: coverRule }
  );
}

function parseArea(name: string, value: object, defaults: Defaults): Zone | string {
  const parsed = areaSchema.safeParse(value, inPlainWords);
  if (!parsed.success) return describe(parsed.error);
  const { polygon: corners, capacity = null, dwellMs = null, ...rest } = parsed.data;
  const scaled = scale(corners, rest.units, defaults);
  return (
    polygonProblem(scaled) ?? { ...watching(name, rest, defaults), kind: 'area', polygon: scaled, capacity, dwellMs }
  );
}

function parseLine(name: string, value: object, defaults: Defaults): Zone | string {
  const parsed = lineSchema.safeParse(value, inPlainWords);
  if (!parsed.success) return describe(parsed.error);
  const { from, to, deadBand, ...rest } = parsed.data;
  const [ax = 0, ay = 0, bx = 0, by = 0] = scale([...from, ...to], rest.units, defaults);
  const length = Math.hypot(bx - ax, by - ay);
  if (!(length >= minLength))
    return `to: must be at least ${minLength} pixel from "from", but is ${Number(length.toPrecision(3))}`;
  const band =
    deadBand === undefined
      ? length * deadBandShare
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

function describe(error: z.ZodError): string {
  return problemsOf(error)
    .slice(0, 5)
    .map(({ field, problem }) => `${field}: ${problem}`)
    .join('; ');
}
