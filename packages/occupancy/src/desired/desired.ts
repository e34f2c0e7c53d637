import { jsonExcess, protoKeyMessage, protoKeyPaths, wellFormedJson, type JsonValue } from '@companion/foundation';
import { parseJsonText, type JsonTextResult } from '@companion/foundation/json-text';
import * as z from 'zod';
import { found, inPlainWords, mistake, mistakesOf, must, type Mistake } from '../document/mistake.ts';
import { SensorSettings, sensorsSchema } from './sensor-settings.ts';
import type { FrameSize } from '../model/sighting.ts';
import { dayMs, defaultsSchema, type Defaults } from '../zones/common/defaults.ts';
import type { Zone } from '../zones/kinds.ts';
import { kindOf } from '../zones/registry.ts';
import { parseZone } from './zone.ts';

/** How events leave: as CloudEvents, or in DeepStream's own full schema. */
export type EventFormat = 'cloudevents' | 'nvidia';

/** What the twin says besides the zones. */
export interface DesiredOptions {
  /** A path below the release that `current` names, or null. */
  readonly zonesFile: string | null;
  /** 0 for no periodic snapshots. */
  readonly snapshotEveryMs: number;
  readonly format: EventFormat;
}

/** What the desired properties mean. Zones that can't be understood are rejected one by one; the others work. */
export type Desired =
  | {
      readonly ok: true;
      readonly config: {
        readonly zones: readonly Zone[];
        readonly frame?: FrameSize;
        readonly frames?: Readonly<Record<string, FrameSize>>;
      };
      readonly options: DesiredOptions;
      readonly rejected: Readonly<Record<string, string>>;
    }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

const minSnapshotMs = 1_000;

/** The desired properties but for the zones, which are read one by one. */
export const desiredSchema = z.strictObject({
  zones: z
    .record(z.string(), z.unknown())
    .default({})
    .meta({ description: 'The zones by name. Layered deployments merge by key.' }),
  defaults: defaultsSchema.prefault({}).meta({
    description:
      'For all zones; each may say otherwise for itself, except for the frame size, which `sensors` may give.',
  }),
  sensors: sensorsSchema,
  zonesFile: z
    .string()
    .min(1)
    .max(1_024)
    .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), {
      error: must('be a path below the release, without ".."'),
    })
    .optional()
    .meta({ description: 'A file with zones inside the release that DeepStream runs, as configs/<artifact>/<file>.' }),
  snapshotEveryMs: z
    .custom<number>(isSnapshotPeriod, {
      error: must(`be 0 for never, or a whole number of milliseconds from ${minSnapshotMs} to ${dayMs}`),
    })
    .default(300_000)
    .meta({
      type: 'integer',
      minimum: 0,
      maximum: dayMs,
      description: 'The pause between snapshots, from 1000; 0 sends them only on reconnect and by method.',
    }),
  format: z
    .enum(['cloudevents', 'nvidia'])
    .default('cloudevents')
    .meta({ description: "How events leave: as CloudEvents, or in DeepStream's own full schema." }),
});

function isSnapshotPeriod(value: unknown): boolean {
  return value === 0 || (Number.isInteger(value) && Number(value) >= minSnapshotMs && Number(value) <= dayMs);
}

const zonesFileSchema = z.strictObject({
  zones: z.record(z.string(), z.unknown()),
  defaults: z.record(z.string(), z.unknown()).optional(),
});

/**
 * Reads the desired properties of the module twin. An empty twin is a twin without zones. `zonesFile` is the content of
 * the file that they name, where it could be read: `{"zones": {…}, "defaults"?: {…}}` as in the twin; zones of the twin
 * go before those of the file with the same name, the file's defaults before the twin's for the file's zones.
 */
export function parseDesired(properties: Readonly<Record<string, unknown>>, zonesFile?: string): Desired {
  const reserved = protoKeyMistakes(properties);
  if (reserved.length > 0) return { ok: false, mistakes: reserved };
  const parsed = desiredSchema.safeParse(properties, inPlainWords);
  if (!parsed.success) return { ok: false, mistakes: mistakesOf(parsed.error) };
  const { zones: own, defaults, zonesFile: path = null, snapshotEveryMs, format } = parsed.data;
  const sensors = new SensorSettings(parsed.data.sensors);
  const zones = new Map<string, Zone>();
  const rejected = new Map<string, string>();
  // Detectors that normalize their boxes are met with zones in such units, wherever these are named.
  let normalized = defaults.units === 'normalized';
  const take = (named: Readonly<Record<string, unknown>>, fallback: Defaults): void => {
    for (const [name, value] of Object.entries(named)) {
      const zone = parseZone(name, value, sensors.defaultsFor(value, fallback));
      normalized ||= unitsOf(value, fallback) === 'normalized';
      zones.delete(name);
      rejected.delete(name);
      if (typeof zone === 'string') rejected.set(name, zone);
      else zones.set(name, zone);
    }
  };
  if (zonesFile !== undefined) {
    const file = parseZonesFile(zonesFile, path ?? 'the file', properties['defaults']);
    if (!file.ok) return file;
    take(file.zones, file.defaults);
  }
  take(own, defaults);
  rejectTwins(zones, rejected);
  const frame = normalized ? { frame: { width: defaults.frameWidth, height: defaults.frameHeight } } : {};
  const found = [...zones.values()];
  const frames = sensors.frames(found.flatMap(({ sensor }) => (sensor === null ? [] : [sensor])));
  return {
    ok: true,
    config: { zones: found, ...frame, ...(frames && { frames }) },
    options: { zonesFile: path, snapshotEveryMs, format },
    rejected: Object.fromEntries(rejected),
  };
}

function unitsOf(zone: unknown, { units }: Defaults): unknown {
  return typeof zone === 'object' && zone !== null && 'units' in zone ? zone.units : units;
}

/** Whether a document says nothing at all, as edgeHub's answer does when it is offline and has none stored. */
export function saysNothing(properties: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(properties).length === 0;
}

/** Some ten thousand zones have a million numbers; a deeper text is made to break readers. */
const zonesFileLimits = { depth: 32, values: 1_000_000 };

function parseZonesFile(
  text: string,
  path: string,
  twinDefaults: unknown,
):
  | { readonly ok: true; readonly zones: Readonly<Record<string, unknown>>; readonly defaults: Defaults }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] } {
  if (jsonExcess(text, zonesFileLimits) !== undefined) {
    const { depth, values } = zonesFileLimits;
    const problem = `must be a file of zones, but has more than ${depth} levels or ${values} values`;
    return { ok: false, mistakes: [mistake('zones_file', { path: ['zonesFile'] }, problem)] };
  }
  const json = readJson(text);
  if (!json.ok) {
    const { line, column, reason } = json.error;
    const message = `must be JSON, but ${path}:${line}:${column} is not: ${reason}`;
    return { ok: false, mistakes: [mistake('zones_file', { path: ['zonesFile'] }, message)] };
  }
  const reserved = protoKeyMistakes(json.value, 'zonesFile');
  if (reserved.length > 0) return { ok: false, mistakes: reserved };
  // JSON can write half a character where a twin could not keep one: it becomes U+FFFD, as in the twin.
  const file = zonesFileSchema.safeParse(wellFormedJson(json.value), inPlainWords);
  if (!file.success) return { ok: false, mistakes: mistakesOf(file.error, 'zonesFile') };
  const merged = { defaults: { ...(twinDefaults as object | undefined), ...file.data.defaults } };
  const defaults = z.object({ defaults: defaultsSchema }).safeParse(merged, inPlainWords);
  if (!defaults.success) return { ok: false, mistakes: mistakesOf(defaults.error, 'zonesFile') };
  return { ok: true, zones: file.data.zones, ...defaults.data };
}

/** The schema would drop a zone `__proto__` without a word. */
function protoKeyMistakes(document: unknown, file?: string): readonly Mistake[] {
  return protoKeyPaths(document).map((path) => mistake('invalid', { file, path }, protoKeyMessage));
}

/** The engine reads a big file in a tenth of the time; what it refuses is read again, to say where. */
function readJson(text: string): JsonTextResult {
  try {
    return { ok: true, value: JSON.parse(text) as JsonValue };
  } catch {
    return parseJsonText(text);
  }
}

/** What may be of one zone only is the first zone's. */
function rejectTwins(zones: Map<string, Zone>, rejected: Map<string, string>): void {
  const owners = new Map<string, string>();
  for (const zone of [...zones.values()]) {
    const { exclusive } = kindOf(zone.kind);
    if (exclusive === undefined) continue;
    const value = exclusive.value(zone);
    const owner = owners.get(`${zone.kind} ${value}`);
    if (owner === undefined) owners.set(`${zone.kind} ${value}`, zone.name);
    else {
      zones.delete(zone.name);
      rejected.set(
        zone.name,
        `${exclusive.field}: must be of one zone only, but ${found(value)} is zone ${owner} already`,
      );
    }
  }
}
