import type { JsonObject, JsonValue } from './json.ts';
import { isJsonObject } from './template.ts';
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

/** Checks a patch or a whole section against the rules for keys and values. The first thing found wrong comes back as one line with its place; undefined means fine. */
export function findTwinFault(section: TwinSection, document: JsonObject): string | undefined {
  return findFault(section, document, section, 0);
}

function findFault(section: TwinSection, value: JsonValue, path: string, depth: number): string | undefined {
  if (typeof value === 'string') {
    const bytes = utf8Length(value);
    return bytes > twinLimits.stringBytes
      ? `${path} is a string of ${bytes} bytes, more than ${twinLimits.stringBytes}`
      : undefined;
  }
  if (typeof value === 'number') return findNumberFault(value, path);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > twinLimits.depth) return `${path} is nested deeper than ${twinLimits.depth} levels`;
  if (!isJsonObject(value)) {
    for (const [index, item] of value.entries()) {
      const place = `${path}[${index}]`;
      const fault = item === null ? `${place} is a null in an array` : findFault(section, item, place, depth + 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  for (const [key, item] of Object.entries(value)) {
    const fault = findKeyFault(section, key, path) ?? findFault(section, item, `${path}.${key}`, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function findNumberFault(value: number, path: string): string | undefined {
  if (!Number.isFinite(value)) return `${path} is not a finite number`;
  const fits = value >= twinLimits.smallestInteger && value <= twinLimits.greatestInteger;
  return Number.isInteger(value) && !fits ? `${path} is an integer beyond ±2^52` : undefined;
}

function findKeyFault(section: TwinSection, key: string, path: string): string | undefined {
  if (key === '') return `${path} has an empty key`;
  const shown = JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key);
  if (utf8Length(key) > twinLimits.keyBytes)
    return `${path} has the key ${shown} of more than ${twinLimits.keyBytes} bytes`;
  controlCharacters.lastIndex = 0;
  if (controlCharacters.test(key)) return `${path} has the key ${shown} with a control character`;
  const banned = (section === 'reported' ? /[.$#\s]/u : /[.$ ]/u).exec(key);
  return banned === null ? undefined : `${path} has the key ${shown} with the character ${JSON.stringify(banned[0])}`;
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
