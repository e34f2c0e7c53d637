/*
 * What a twin can hold. The numbers are IoT Hub's ("Understand and use device twins in IoT Hub", Tags and properties
 * format), and edgeHub repeats them for reports (Azure/iotedge 55353a64, ReportedPropertiesValidator.cs:12-18).
 */
import { utf8Length } from '../bytes/utf8-length.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { JsonPath } from '../json/json-path.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts';
import { clip } from '../text/clip.ts';

/** Which half of a twin a rule is applied to; edgeHub is stricter with reports than IoT Hub is with desired properties. */
export type TwinSection = 'desired' | 'reported';

/** What a value or a key can break. */
export type TwinFaultCode = 'twin-key' | 'twin-string' | 'twin-number' | 'twin-depth' | 'twin-null';

/** IoT Hub's limits on twins. */
export const twinLimits = {
  sectionBytes: 32 * 1024,
  stringBytes: 4 * 1024,
  keyBytes: 1024,
  /** Objects and arrays below the section's root. */
  depth: 10,
  smallestInteger: -(2 ** 52),
  greatestInteger: 2 ** 52 - 1,
} as const;

// C0, DEL and C1; U+0020 is banned from keys separately.
const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/u;
const controlCharacters = new RegExp(controlCharacter, 'gu');
/** `.`, `$` and space by IoT Hub; `#` and any white space by edgeHub, in reports. */
const bannedFromKeys: Readonly<Record<TwinSection, RegExp>> = { desired: /[.$ ]/u, reported: /[.$#\s]/u };

/** A value on its way down. */
interface Visit {
  readonly section: TwinSection;
  readonly path: JsonPath;
  readonly depth: number;
  readonly inArray: boolean;
}

/**
 * Every breach of the rules for keys and values, in the order of the document; `at.path` is from the section's root, and
 * names the object where a key is meant. The message is the rest of a sentence that begins with the place.
 */
export function* checkTwin(section: TwinSection, document: JsonObject): Generator<Diagnostic<TwinFaultCode>> {
  yield* checkValue(document, { section, path: [], depth: 0, inArray: false });
}

function* checkValue(value: JsonValue, visit: Visit): Generator<Diagnostic<TwinFaultCode>> {
  const { section, path, depth, inArray } = visit;
  const fault = scalarFault(value);
  if (fault !== undefined) yield { severity: 'error', at: { path }, ...fault };
  if (typeof value !== 'object' || value === null) return;
  if (depth > twinLimits.depth) {
    const message = `is nested deeper than ${twinLimits.depth} levels`;
    yield { severity: 'error', code: 'twin-depth', at: { path }, message };
    return;
  }
  if (!isJsonObject(value)) {
    for (const [index, item] of value.entries()) {
      const inner = [...path, index];
      if (item === null)
        yield { severity: 'error', code: 'twin-null', at: { path: inner }, message: 'is a null in an array' };
      else yield* checkValue(item, { section, path: inner, depth: depth + 1, inArray: true });
    }
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    const message = keyFault(section, key);
    if (message !== undefined) yield { severity: 'error', code: 'twin-key', at: { path }, message };
    const inner = [...path, key];
    // edgeHub: a null deletes a key, and nothing in an array can be deleted (ReportedPropertiesValidator.cs:123-126).
    if (item === null && inArray && section === 'reported') {
      yield { severity: 'error', code: 'twin-null', at: { path: inner }, message: 'is a null inside an array' };
    }
    yield* checkValue(item, { section, path: inner, depth: depth + 1, inArray });
  }
}

function scalarFault(value: JsonValue): { readonly code: TwinFaultCode; readonly message: string } | undefined {
  if (typeof value === 'string') {
    const bytes = utf8Length(value);
    if (bytes <= twinLimits.stringBytes) return undefined;
    return { code: 'twin-string', message: `is a string of ${bytes} bytes, more than ${twinLimits.stringBytes}` };
  }
  if (typeof value !== 'number') return undefined;
  if (!Number.isFinite(value)) return { code: 'twin-number', message: 'is not a finite number' };
  const fits = value >= twinLimits.smallestInteger && value <= twinLimits.greatestInteger;
  if (fits || !Number.isInteger(value)) return undefined;
  return { code: 'twin-number', message: 'is an integer beyond ±2^52' };
}

function keyFault(section: TwinSection, key: string): string | undefined {
  if (key === '') return 'has an empty key';
  const shown = JSON.stringify(clip(key, 41));
  if (utf8Length(key) > twinLimits.keyBytes) return `has the key ${shown} of more than ${twinLimits.keyBytes} bytes`;
  if (controlCharacter.test(key)) return `has the key ${shown} with a control character`;
  const banned = bannedFromKeys[section].exec(key);
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

/** The size of the JSON text, which edgeHub counts for a report: never less than IoT Hub's count, so what passes here passes there. */
export function jsonSizeBytes(value: JsonValue): number {
  return utf8Length(JSON.stringify(value));
}
