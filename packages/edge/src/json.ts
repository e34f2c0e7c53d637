/** What JSON can hold; twins, method payloads and events are made of it. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object: string keys, JSON values, no `undefined`. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
