import type { JsonObject } from '@companion/edge';
import { z } from 'zod';
import { isSimple, polygonArea, type Polygon } from './pipeline/geometry.ts';
import type { PipelineConfig, Zone } from './pipeline/config.ts';

/** Something wrong in the desired properties: where (`defaults.enterAfterMs`) and what. */
export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
}

/** What the desired properties mean. Zones that can't be understood are rejected one by one; the others work. */
export type Desired =
  | { readonly ok: true; readonly config: PipelineConfig; readonly rejected: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

const NOT_YET = 'not supported by this version';
const DAY_MS = 86_400_000;
/** Polygons below this, in square units, are slips of the pen. */
const MIN_AREA = 1;
const MAX_CORNERS = 128;

const duration = (leastMs: number) => z.int().min(leastMs).max(DAY_MS);
const rules = {
  classes: z.array(z.string().min(1).max(128)).min(1).max(64),
  minConfidence: z.number().min(0).max(1),
  enterAfterMs: duration(0),
  leaveAfterMs: duration(100),
};
const notYet = z.never({ error: NOT_YET }).optional();

const defaultsSchema = z.strictObject({
  classes: rules.classes.default(['Car', 'Truck', 'Bus']),
  minConfidence: rules.minConfidence.default(0.3),
  enterAfterMs: rules.enterAfterMs.default(2_000),
  leaveAfterMs: rules.leaveAfterMs.default(8_000),
  staleAfterMs: duration(1_000).default(30_000),
  units: notYet,
  silence: notYet,
});

const desiredSchema = z.strictObject({
  zones: z.record(z.string(), z.unknown()).default({}),
  defaults: defaultsSchema.prefault({}),
  zonesFile: notYet,
  snapshotEveryMs: notYet,
  format: notYet,
});

const polygonSchema = z.array(z.number()).superRefine((polygon, context) => {
  const problem = polygonProblem(polygon);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

const spotSchema = z.strictObject({
  kind: z.literal('spot'),
  sensor: z.string().max(256),
  polygon: polygonSchema,
  classes: rules.classes.optional(),
  minConfidence: rules.minConfidence.optional(),
  enterAfterMs: rules.enterAfterMs.optional(),
  leaveAfterMs: rules.leaveAfterMs.optional(),
  parkingSpot: notYet,
});

const zoneNameSchema = z.string().min(1).max(128);
const kindSchema = z.looseObject({ kind: z.string() });
const futureKinds: readonly string[] = ['area', 'line'];

/** Reads the desired properties of the module twin. An empty twin is a twin without zones. */
export function parseDesired(properties: JsonObject): Desired {
  const parsed = desiredSchema.safeParse(properties);
  if (!parsed.success) return { ok: false, problems: problemsOf(parsed.error) };
  const zones: Zone[] = [];
  const rejected = new Map<string, string>();
  for (const [name, value] of Object.entries(parsed.data.zones)) {
    const zone = parseZone(name, value, parsed.data.defaults);
    if (typeof zone === 'string') rejected.set(name, zone);
    else zones.push(zone);
  }
  return { ok: true, config: { zones }, rejected: Object.fromEntries(rejected) };
}

/** Whether a document says nothing at all, as edgeHub's answer does when it is offline and has none stored. */
export function saysNothing(properties: JsonObject): boolean {
  return Object.keys(properties).length === 0;
}

function parseZone(name: string, value: unknown, defaults: z.infer<typeof defaultsSchema>): Zone | string {
  if (!zoneNameSchema.safeParse(name).success) return 'name: has more than 128 characters, or none';
  const kind = kindSchema.safeParse(value);
  if (kind.success && futureKinds.includes(kind.data.kind)) return `kind ${kind.data.kind}: ${NOT_YET}`;
  const parsed = spotSchema.safeParse(value);
  if (!parsed.success) return describe(parsed.error, value);
  const own = parsed.data;
  return {
    kind: 'spot',
    name,
    sensor: own.sensor,
    polygon: own.polygon,
    classes: own.classes ?? defaults.classes,
    minConfidence: own.minConfidence ?? defaults.minConfidence,
    enterAfterMs: own.enterAfterMs ?? defaults.enterAfterMs,
    leaveAfterMs: own.leaveAfterMs ?? defaults.leaveAfterMs,
    staleAfterMs: defaults.staleAfterMs,
  };
}

/** The first thing that is wrong with a polygon; the others follow from it as a rule. */
function polygonProblem(polygon: Polygon): string | undefined {
  if (polygon.length < 6) return 'needs at least three corners, as [x1, y1, x2, y2, x3, y3]';
  if (polygon.length > MAX_CORNERS * 2) return `has more than ${MAX_CORNERS} corners`;
  if (polygon.length % 2 !== 0) return 'has an x without its y';
  if (!isSimple(polygon)) return 'crosses or touches itself';
  return polygonArea(polygon) < MIN_AREA ? 'is too small' : undefined;
}

/** One line for a zone; a field of the future hides the missing ones that it stands for. */
function describe(error: z.ZodError, value: unknown): string {
  const problems = problemsOf(error);
  const early = problems.filter(({ problem }) => problem === NOT_YET);
  const shown = early.length > 0 ? early : problems;
  if (typeof value !== 'object' || value === null) return 'is not an object';
  return shown
    .slice(0, 5)
    .map(({ field, problem }) => `${field}: ${problem}`)
    .join('; ');
}

function problemsOf(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: [...issue.path, key].join('.'), problem: 'unknown field' }));
    }
    return [{ field: issue.path.join('.'), problem: issue.message }];
  });
}
