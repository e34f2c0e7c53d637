import {
  checkTwin,
  formatJsonPath,
  isJsonObject,
  mergeTwin,
  twinLimits,
  twinPatch,
  twinSizeBytes,
  type Clock,
  type JsonObject,
  type JsonValue,
  type TwinSection,
} from '@companion/foundation';
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
export class TwinStore {
  readonly #clock: Clock;
  readonly #twins = new Map<string, StoredTwin>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A module's first twin: desired properties of version 1, nothing reported. */
  add(module: string, desired: JsonObject): void {
    const document = checked(module, 'desired', desired);
    const empty = { version: 0, properties: {}, lastUpdated: this.#time() };
    this.#twins.set(module, { version: 0, desired: empty, reported: { ...empty, version: 1 } });
    try {
      this.#put(module, 'desired', mergeTwin({}, document));
    } catch (error) {
      this.#twins.delete(module);
      throw error;
    }
  }

  remove(module: string): void {
    this.#twins.delete(module);
  }

  get(module: string): StoredTwin {
    const twin = this.#twins.get(module);
    if (twin === undefined) {
      throw new HubError('MODULE_UNKNOWN', `there is no module ${module}`, { facts: { module } });
    }
    return twin;
  }

  /** Merges as IoT Hub does. */
  patch(module: string, section: TwinSection, value: JsonValue): TwinChange {
    const before = this.get(module)[section].properties;
    const patch = checked(module, section, value);
    return { patch, twin: this.#put(module, section, mergeTwin(before, patch)) };
  }

  /** Makes the document the whole section. The change tells the difference, with nulls for what is gone. */
  replace(module: string, section: TwinSection, document: JsonValue): TwinChange {
    const before = this.get(module)[section].properties;
    const after = mergeTwin({}, checked(module, section, document));
    return { patch: twinPatch(before, after) ?? {}, twin: this.#put(module, section, after) };
  }

  /** Puts an older copy of the desired properties in place, with its own version, as a fail-over of IoT Hub does. */
  restoreDesired(module: string, document: JsonValue, version: number): StoredTwin {
    const { twin } = this.replace(module, 'desired', document);
    const restored = { ...twin, desired: { ...twin.desired, version } };
    this.#twins.set(module, restored);
    return restored;
  }

  #put(module: string, section: TwinSection, properties: JsonObject): StoredTwin {
    const before = this.get(module);
    const sizeBytes = twinSizeBytes(properties);
    if (sizeBytes > twinLimits.sectionBytes) {
      throw new HubError(
        'TWIN_TOO_LARGE',
        `the ${section} properties of ${module} would be ${sizeBytes} bytes, more than ${twinLimits.sectionBytes}`,
        { facts: { module, section, found: sizeBytes, expected: twinLimits.sectionBytes } },
      );
    }
    const half = { version: before[section].version + 1, properties, lastUpdated: this.#time() };
    const twin = { ...before, version: before.version + 1, [section]: half };
    this.#twins.set(module, twin);
    return twin;
  }

  #time(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}

function checked(module: string, section: TwinSection, value: JsonValue): JsonObject {
  if (!isJsonObject(value)) {
    throw new HubError('TWIN_INVALID', `the ${section} properties of ${module} are not a JSON object`, {
      facts: { module, section },
    });
  }
  const [first] = checkTwin(section, value);
  if (first === undefined) return value;
  const path = 'path' in first.at ? (first.at.path ?? []) : [];
  const found = `${formatJsonPath([section, ...path])} ${first.message}`;
  throw new HubError('TWIN_INVALID', `the twin of ${module} is refused: ${found}`, {
    facts: { module, section, found },
  });
}
