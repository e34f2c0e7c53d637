import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts';

/**
 * The text with every lone surrogate replaced by U+FFFD. JSON can write half a character (`"\ud800"`), UTF-8 and
 * `encodeURIComponent` can't: such a text is made well-formed at the door, so that nothing behind it has to expect one.
 */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}

/** The same for every text and key of a JSON value; the very same value where nothing is to be replaced. */
export function wellFormedJson<T extends JsonValue>(value: T): T;
export function wellFormedJson(value: JsonValue): JsonValue {
  if (typeof value === 'string') return wellFormed(value);
  if (isJsonObject(value)) return wellFormedObject(value);
  return Array.isArray(value) ? wellFormedArray(value) : value;
}

function wellFormedArray(items: readonly JsonValue[]): readonly JsonValue[] {
  const mended = items.map((item) => wellFormedJson(item));
  return mended.every((item, index) => item === items[index]) ? items : mended;
}

function wellFormedObject(object: JsonObject): JsonObject {
  const entries = Object.entries(object);
  const mended = entries.map(([key, value]) => [wellFormed(key), wellFormedJson(value)] as const);
  const same = mended.every(([key, value], index) => key === entries[index]?.[0] && value === entries[index][1]);
  return same ? object : Object.fromEntries(mended);
}
