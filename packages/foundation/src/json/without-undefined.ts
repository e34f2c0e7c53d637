import type { JsonObject, JsonValue } from './json-value.ts';

/** The object without the keys that have no value, as JSON has none. */
export function withoutUndefined(object: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}
