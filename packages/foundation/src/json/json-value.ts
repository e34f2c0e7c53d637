/** What JSON can hold; twins, method payloads and events are made of it. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object: string keys, JSON values, no `undefined`. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Whether a value of parsed JSON is an object (not null, not an array). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
