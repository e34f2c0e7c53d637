import { formatJsonPath } from '../json/json-path.ts';
import type { JsonPath } from '../json/json-path.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { isJsonObject } from '../template/template.ts';
import { utf8Length } from './utf8-length.ts';

/** Which half of a twin a rule is applied to; edgeHub is stricter with reports than IoT Hub is with desired properties. */
export type TwinSection = 'desired' | 'reported';

/** IoT Hub's limits on twins. */
export const twinLimits = {
  sectionBytes: 32 * 1024,
  stringBytes: 4 * 1024,
  keyBytes: 1024,
  depth: 10,
  smallestInteger: -(2 ** 52),
  greatestInteger: 2 ** 52 - 1,
} as const;

// C0, DEL and C1; U+0020 is banned from keys separately.
const controlCharacters = /[\u0000-\u001f\u007f-\u009f]/gu;

/** A value or a key that a twin can't hold. */
export interface TwinFault {
  /** From the section's root; of the object, where a key is meant. */
  readonly path: JsonPath;
  /** What is there, as the rest of a sentence that begins with the place. */
  readonly reason: string;
}

/** Checks a patch or a whole section against the rules for keys and values. The first thing found wrong comes back as one line with its place; undefined means fine. */
export function findTwinFault(section: TwinSection, document: JsonObject): string | undefined {
  for (const { path, reason } of twinFaults(section, document))
    return `${formatJsonPath([section, ...path])} ${reason}`;
  return undefined;
}

/** Every breach of the rules for keys and values, in the order of the document. */
export function twinFaults(section: TwinSection, document: JsonObject): Iterable<TwinFault> {
  return faultsOf(section, document, [], 0);
}

function* faultsOf(section: TwinSection, value: JsonValue, path: JsonPath, depth: number): Generator<TwinFault> {
  const fault = valueFault(value, depth);
  if (fault !== undefined) yield { path, reason: fault };
  if (typeof value !== 'object' || value === null || depth > twinLimits.depth) return;
  if (!isJsonObject(value)) {
    for (const [index, item] of value.entries()) {
      if (item === null) yield { path: [...path, index], reason: 'is a null in an array' };
      else yield* faultsOf(section, item, [...path, index], depth + 1);
    }
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    const reason = keyFault(section, key);
    if (reason !== undefined) yield { path, reason };
    yield* faultsOf(section, item, [...path, key], depth + 1);
  }
}

function valueFault(value: JsonValue, depth: number): string | undefined {
  if (typeof value === 'string') {
    const bytes = utf8Length(value);
    return bytes > twinLimits.stringBytes
      ? `is a string of ${bytes} bytes, more than ${twinLimits.stringBytes}`
      : undefined;
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'is not a finite number';
    const fits = value >= twinLimits.smallestInteger && value <= twinLimits.greatestInteger;
    return Number.isInteger(value) && !fits ? 'is an integer beyond ±2^52' : undefined;
  }
  const nested = typeof value === 'object' && value !== null;
  return nested && depth > twinLimits.depth ? `is nested deeper than ${twinLimits.depth} levels` : undefined;
}

function keyFault(section: TwinSection, key: string): string | undefined {
  if (key === '') return 'has an empty key';
  const shown = JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key);
  if (utf8Length(key) > twinLimits.keyBytes) return `has the key ${shown} of more than ${twinLimits.keyBytes} bytes`;
  controlCharacters.lastIndex = 0;
  if (controlCharacters.test(key)) return `has the key ${shown} with a control character`;
  const banned = (section === 'reported' ? /[.$#\s]/u : /[.$ ]/u).exec(key);
  return banned === null ? undefined : `has the key ${shown} with the character ${JSON.stringify(banned[0])}`;
}

/**
 * The size of a section as IoT Hub counts it: keys and strings in UTF-8 without control characters, 8 a number, 4 a
 * boolean; brackets, quotes and commas count nothing.
 */
export function twinSizeBytes(value: JsonValue): number {
  if (typeof value === 'string') return utf8Length(value.replace(controlCharacters, ''));
  if (typeof value === 'number') return 8;
  if (typeof value === 'boolean') return 4;
  if (value === null) return 0;
  if (!isJsonObject(value)) return value.reduce<number>((sum, item) => sum + twinSizeBytes(item), 0);
  return Object.entries(value).reduce((sum, [key, item]) => sum + twinSizeBytes(key) + twinSizeBytes(item), 0);
}
