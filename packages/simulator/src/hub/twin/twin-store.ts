import { isJsonObject } from '@companion/deployment';
import { mergeTwinPatch } from './twin-merge.ts';
import { twinDifference } from './twin-difference.ts';
import { findTwinFault, twinLimits, twinSizeBytes, type TwinSection } from '@companion/deployment';
import type { JsonObject, JsonValue } from '@companion/deployment';
import type { HubClock } from '../contract/clock.ts';
import { HubError } from '../contract/hub-error.ts';

/** One half of a twin. */
export interface TwinHalf {
  readonly version: number;
  readonly properties: JsonObject;
  /** ISO 8601. */
  readonly lastUpdated: string;
}

/** A twin as it is kept: halves with their own versions, and a version of the whole for the ETag. */
export interface StoredTwin {
  readonly version: number;
  readonly desired: TwinHalf;
  readonly reported: TwinHalf;
}

/** A change that was made: what to tell the module, and the twin after it. */
export interface TwinChange {
  readonly patch: JsonObject;
  readonly twin: StoredTwin;
}

/** All twins, in memory. Every change is checked whole before it is made; throws `HubError` MODULE_UNKNOWN, TWIN_INVALID, TWIN_TOO_LARGE. */
export interface TwinStore {
  readonly add: (module: string, desired: JsonObject) => void;
  readonly remove: (module: string) => void;
  get(module: string): StoredTwin;
  patch(module: string, section: TwinSection, patch: JsonValue): TwinChange;
  /** Makes the document the whole section. The change tells the difference, with nulls for what is gone. */
  replace(module: string, section: TwinSection, document: JsonValue): TwinChange;
}

/** An empty store. */
export function createTwinStore(clock: HubClock): TwinStore {
  const twins = new Map<string, StoredTwin>();

  function get(module: string): StoredTwin {
    const twin = twins.get(module);
    if (twin === undefined) throw new HubError('MODULE_UNKNOWN', `there is no module ${module}`, { module });
    return twin;
  }

  function put(module: string, section: TwinSection, properties: JsonObject): StoredTwin {
    const before = get(module);
    const sizeBytes = twinSizeBytes(properties);
    if (sizeBytes > twinLimits.sectionBytes) {
      throw new HubError(
        'TWIN_TOO_LARGE',
        `the ${section} properties of ${module} would be ${sizeBytes} bytes, more than ${twinLimits.sectionBytes}`,
        { module, section, found: sizeBytes, expected: twinLimits.sectionBytes },
      );
    }
    const half = { version: before[section].version + 1, properties, lastUpdated: isoTime(clock) };
    const twin = { ...before, version: before.version + 1, [section]: half };
    twins.set(module, twin);
    return twin;
  }

  return {
    get,
    add: (module, desired) => {
      const empty = { version: 0, properties: {}, lastUpdated: isoTime(clock) };
      const document = checked(module, 'desired', desired);
      twins.set(module, { version: 0, desired: empty, reported: { ...empty, version: 1 } });
      try {
        put(module, 'desired', mergeTwinPatch({}, document));
      } catch (error) {
        twins.delete(module);
        throw error;
      }
    },
    remove: (module) => void twins.delete(module),
    patch: (module, section, value) => {
      const before = get(module)[section].properties;
      const patch = checked(module, section, value);
      return { patch, twin: put(module, section, mergeTwinPatch(before, patch)) };
    },
    replace: (module, section, value) => {
      const before = get(module)[section].properties;
      const after = mergeTwinPatch({}, checked(module, section, value));
      return { patch: twinDifference(before, after), twin: put(module, section, after) };
    },
  };
}

function checked(module: string, section: TwinSection, value: JsonValue): JsonObject {
  if (!isJsonObject(value)) {
    throw new HubError('TWIN_INVALID', `the ${section} properties of ${module} are not a JSON object`, {
      module,
      section,
    });
  }
  const fault = findTwinFault(section, value);
  if (fault === undefined) return value;
  throw new HubError('TWIN_INVALID', `the twin of ${module} is refused: ${fault}`, { module, section, found: fault });
}

function isoTime(clock: HubClock): string {
  return new Date(clock.now()).toISOString();
}
