import { clipBytes } from '../bytes/clip-bytes.ts';
import { utf8Length } from '../bytes/utf8-length.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts';
import { wellFormed } from '../text/well-formed.ts';
import { jsonSizeBytes, twinLimits } from './limits.ts';

/** A name of a camera or a zone fits; a longer one is shortened, so that a few of them can't fill a report. */
const keyBytes = 128;
/** So many names of what was left out are named. */
const shownOmitted = 10;
/** What no key of a report may hold, and the `%` with which it is written instead. */
const escaped = /[%.$#\s\u0000-\u001f\u007f-\u009f]/gu;

/**
 * A name as a key of reported properties: what a twin's key can't hold is written as in URLs (`a.b` becomes `a%2Eb`), so
 * that different names stay different. A long name is cut, and its end tells it apart. The empty name is `%`.
 */
export function twinKey(name: string): string {
  const key = wellFormed(name).replace(escaped, percentEscape);
  if (key === '') return '%';
  return utf8Length(key) <= keyBytes ? key : cutName(key, name, keyBytes);
}

/** The name, or where it takes more than `maxBytes` its beginning and an end that tells it apart from others that begin so. */
export function shortName(name: string, maxBytes: number): string {
  return utf8Length(name) <= maxBytes ? name : cutName(name, name, maxBytes);
}

function cutName(text: string, name: string, maxBytes: number): string {
  const end = `~${checksum(name)}`;
  return `${clipBytes(text, maxBytes - end.length)}${end}`;
}

/** A report that a hub takes, whatever it is made of, and what had to be left out of it. */
export interface FittedReport {
  readonly properties: JsonObject;
  /** Top-level properties that were too much, in the order in which they went. Their names are in `properties.omitted`, too. */
  readonly omitted: readonly string[];
}

/**
 * Makes a report fit a twin: keys as `twinKey` writes them, texts within their bytes, nothing that a twin can't hold. While
 * it is too large, the `expendable` top-level properties go, the first first; then the largest of the others: a report that
 * loses a part and says so (`omitted`) is better than none.
 */
export function fitReport(
  report: JsonObject,
  {
    expendable = [],
    limitBytes = twinLimits.sectionBytes,
  }: { readonly expendable?: readonly string[]; readonly limitBytes?: number } = {},
): FittedReport {
  const left = new Map(Object.entries(fitObject(report, 1)));
  const bytesOf = new Map([...left].map(([name, value]) => [name, jsonSizeBytes({ [name]: value }) - 1]));
  let sizeBytes = 1 + [...bytesOf.values()].reduce((sum, bytes) => sum + bytes, 0);
  const omitted: string[] = [];
  const noteBytes = (): number => (omitted.length === 0 ? 0 : jsonSizeBytes({ omitted: shortList(omitted) }));
  for (const name of new Set([...expendable, ...largestFirst(bytesOf, expendable)])) {
    if (sizeBytes + noteBytes() <= limitBytes) break;
    if (!left.delete(name)) continue;
    sizeBytes -= bytesOf.get(name) ?? 0;
    omitted.push(name);
  }
  const note: [string, JsonValue][] = omitted.length === 0 ? [] : [['omitted', shortList(omitted)]];
  return { properties: Object.fromEntries([...left, ...note]), omitted };
}

function shortList(names: readonly string[]): readonly string[] {
  if (names.length <= shownOmitted) return names;
  return [...names.slice(0, shownOmitted), `and ${names.length - shownOmitted} more`];
}

function largestFirst(bytesOf: ReadonlyMap<string, number>, except: readonly string[]): readonly string[] {
  const others = [...bytesOf].filter(([name]) => !except.includes(name));
  return others.sort(([, a], [, b]) => b - a).map(([name]) => name);
}

function fitObject(object: JsonObject, depth: number): JsonObject {
  const fitted = new Map<string, JsonValue>();
  for (const [key, value] of Object.entries(object)) {
    const one = fitValue(value, depth);
    if (one !== undefined) fitted.set(twinKey(key), one);
  }
  return Object.fromEntries(fitted);
}

function fitValue(value: JsonValue, depth: number): JsonValue | undefined {
  if (value === null) return undefined;
  if (typeof value === 'string') return clipBytes(wellFormed(value), twinLimits.stringBytes);
  if (typeof value === 'number') return fitNumber(value);
  if (typeof value === 'boolean') return value;
  if (depth > twinLimits.depth) return undefined;
  if (isJsonObject(value)) return fitObject(value, depth + 1);
  return value.map((item) => fitValue(item, depth + 1)).filter((item) => item !== undefined);
}

/** A whole number that a twin can't hold is shown as text. */
function fitNumber(value: number): JsonValue | undefined {
  if (!Number.isFinite(value)) return undefined;
  const fits = value >= twinLimits.smallestInteger && value <= twinLimits.greatestInteger;
  return fits || !Number.isInteger(value) ? value : String(value);
}

function percentEscape(character: string): string {
  // White space beyond ASCII takes several bytes; encodeURIComponent leaves `.` alone, which is one.
  const encoded = encodeURIComponent(character);
  return encoded === character ? `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}` : encoded;
}

/** FNV-1a over UTF-16 units: enough to tell a few long names apart. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
