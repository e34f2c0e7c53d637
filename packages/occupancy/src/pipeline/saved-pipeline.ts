/*
 * Zones and states as checkpoints hold them. What an older or a newer version wrote otherwise, or damage, costs only the
 * part that it is in: the rest is kept, and what was left out is named.
 */
import { isJsonObject, type Diagnostic, type JsonPath } from '@companion/foundation';
import * as z from 'zod';
import { savedSensorState } from '../sensor/saved-sensor.ts';
import type { SensorState } from '../sensor/sensor.ts';
import type { Zone, ZoneState } from '../zones/kinds.ts';
import { isKindName, isWatching, kindOf, needsTracks } from '../zones/registry.ts';
import type { PipelineConfig, PipelineState, ZoneEvent } from './pipeline.ts';

/** Why a part was left out. */
export type SavedPartCode = 'unknown_kind' | 'unreadable' | 'lost_tracks';

/** What could be read. */
export interface SavedPipeline {
  readonly config: PipelineConfig;
  readonly state: PipelineState;
  /** What was left out: paths below `config` and `state`. */
  readonly omitted: readonly Diagnostic<SavedPartCode>[];
}

const frameSize = z.object({ width: z.number(), height: z.number() });

/** Reads a configuration and the state that a pipeline had with it. */
export function readSavedPipeline(config: unknown, state: unknown): SavedPipeline {
  const reader = new SavedPipelineReader();
  const zones = reader.zones(config);
  const sensors = reader.sensors(part(state, 'sensors'));
  const watched = zones.filter(isWatching);
  const reported = zones.filter((zone) => !isWatching(zone));
  const states = {
    sensors,
    zones: reader.states('zones', watched, part(state, 'zones')),
    reported: reader.states('reported', reported, part(state, 'reported')),
    owed: reader.events(part(state, 'owed')),
  };
  const frame = frameSize.safeParse(part(config, 'frame')).data;
  const frames = z.record(z.string(), frameSize).safeParse(part(config, 'frames')).data;
  const sizes = { ...(frame && { frame }), ...(frames && { frames }) };
  return { config: { zones, ...sizes }, state: states, omitted: reader.omitted };
}

class SavedPipelineReader {
  readonly omitted: Diagnostic<SavedPartCode>[] = [];
  /** Sensors whose state was left out: their tracks are numbered from one again. */
  readonly #restarted = new Set<string>();

  zones(config: unknown): readonly Zone[] {
    return listOf(part(config, 'zones')).flatMap((value, index): readonly Zone[] => {
      const path = ['config', 'zones', nameOf(value) ?? index];
      const kind = part(value, 'kind');
      if (!isKindName(kind)) return this.#unknownKind(path, kind);
      return this.#read(path, kindOf(kind).saved.zone, value);
    });
  }

  sensors(value: unknown): Record<string, SensorState> {
    const entries = entriesOf(value).flatMap(([name, state]) => {
      const read = this.#read(['state', 'sensors', name], savedSensorState, state);
      if (read.length === 0) this.#restarted.add(name);
      return read.map((sensor) => [name, sensor] as const);
    });
    return Object.fromEntries(entries);
  }

  states(field: 'zones' | 'reported', zones: readonly Zone[], value: unknown): Record<string, ZoneState> {
    const saved = new Map(entriesOf(value));
    const entries = zones.flatMap((zone): readonly (readonly [string, ZoneState])[] => {
      if (!saved.has(zone.name)) return [];
      const path = ['state', field, zone.name];
      if (isWatching(zone) && needsTracks(zone) && this.#restarted.has(zone.sensor)) {
        return this.#omit(path, 'lost_tracks', `goes with the tracks of sensor "${zone.sensor}"`);
      }
      const read = this.#read(path, kindOf(zone.kind).saved.state, saved.get(zone.name));
      return read.map((state) => [zone.name, state] as const);
    });
    return Object.fromEntries(entries);
  }

  events(value: unknown): readonly ZoneEvent[] {
    return listOf(value).flatMap((event, index): readonly ZoneEvent[] => {
      const path = ['state', 'owed', index];
      const kind = part(event, 'kind');
      const schema = isKindName(kind) ? kindOf(kind).removal?.savedEvent : undefined;
      return schema === undefined ? this.#unknownKind(path, kind) : this.#read(path, schema, event);
    });
  }

  #read<T>(path: JsonPath, schema: z.ZodType<T>, value: unknown): readonly T[] {
    const parsed = schema.safeParse(value);
    if (parsed.success) return [parsed.data];
    const [issue] = parsed.error.issues;
    const place = (issue?.path ?? []).filter((key) => typeof key !== 'symbol');
    return this.#omit([...path, ...place], 'unreadable', issue?.message ?? 'is not as this version writes it');
  }

  #unknownKind(path: JsonPath, kind: unknown): readonly never[] {
    const text = typeof kind === 'string' ? `"${kind}"` : 'none';
    return this.#omit(path, 'unknown_kind', `is of a kind that this version does not know: ${text}`);
  }

  #omit(path: JsonPath, code: SavedPartCode, message: string): readonly never[] {
    this.omitted.push({ severity: 'warning', code, at: { path }, message });
    return [];
  }
}

function part(value: unknown, key: string): unknown {
  return isJsonObject(value) ? value[key] : undefined;
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isJsonObject(value) ? Object.entries(value) : [];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function nameOf(value: unknown): string | undefined {
  const name = part(value, 'name');
  return typeof name === 'string' ? name : undefined;
}
