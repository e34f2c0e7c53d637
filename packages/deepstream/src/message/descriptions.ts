import type { ConfigFile } from '../editing/config-file.ts';

/** Three numbers: latitude, longitude and altitude, or x, y and z. */
export type Triple = readonly [number, number, number];

/** `[sensorN]` of the message converter's config. */
export interface SensorDescription {
  readonly id: string;
  readonly type: string;
  readonly description: string;
  readonly location: Triple;
  readonly coordinate: Triple;
}

/** `[placeN]`. */
export interface PlaceDescription {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly location: Triple;
  readonly coordinate: Triple;
  /** `place-sub-field1` to `3`: what they mean depends on the event. */
  readonly subFields: readonly [string, string, string];
}

/** `[analyticsN]`. */
export interface AnalyticsDescription {
  readonly id: string;
  readonly description: string;
  readonly source: string;
  readonly version: string;
}

/** What the message converter knows of cameras, by their numbers. */
export interface Descriptions {
  readonly sensors: ReadonlyMap<number, SensorDescription>;
  readonly places: ReadonlyMap<number, PlaceDescription>;
  readonly analytics: ReadonlyMap<number, AnalyticsDescription>;
}

/** Reads the message converter's config: groups that are enabled, and "" for what they don't say. */
export function readDescriptions(file: ConfigFile): Descriptions {
  const text = (group: string, key: string): string => {
    const read = file.string(group, key);
    return (read.ok ? read.value : file.get(group, key)) ?? '';
  };
  const triple = (group: string, key: string): Triple => {
    const [first = 0, second = 0, third = 0] = text(group, key)
      .split(';')
      .map((part) => Number(part) || 0);
    return [first, second, third];
  };
  const groups = <T>(prefix: string, read: (group: string) => T): ReadonlyMap<number, T> =>
    new Map(
      file.groups().flatMap((group) => {
        const digits = group.startsWith(prefix) ? /^\d+/.exec(group.slice(prefix.length))?.[0] : undefined;
        if (digits === undefined || !/^\s*(?:1|true)\s*$/.test(text(group, 'enable'))) return [];
        return [[Number(digits), read(group)] as const];
      }),
    );
  return {
    sensors: groups('sensor', (group) => ({
      id: text(group, 'id'),
      type: text(group, 'type'),
      description: text(group, 'description'),
      location: triple(group, 'location'),
      coordinate: triple(group, 'coordinate'),
    })),
    places: groups('place', (group) => ({
      id: text(group, 'id'),
      name: text(group, 'name'),
      type: text(group, 'type'),
      location: triple(group, 'location'),
      coordinate: triple(group, 'coordinate'),
      subFields: [text(group, 'place-sub-field1'), text(group, 'place-sub-field2'), text(group, 'place-sub-field3')],
    })),
    analytics: groups('analytics', (group) => ({
      id: text(group, 'id'),
      description: text(group, 'description'),
      source: text(group, 'source'),
      version: text(group, 'version'),
    })),
  };
}
