import type { JsonObject, JsonValue } from '@companion/deployment';
import { isJsonObject } from '@companion/deployment';

/** The smallest patch that `mergeTwinPatch` turns `before` into `after` with; `{}` where they are equal. Neither may hold a null as a property's value. */
export function twinDifference(before: JsonObject, after: JsonObject): JsonObject {
  const old = new Map(Object.entries(before));
  const patch: [string, JsonValue][] = [];
  for (const [key, value] of Object.entries(after)) {
    const previous = old.get(key);
    old.delete(key);
    if (isJsonObject(value) && isJsonObject(previous)) {
      const inner = twinDifference(previous, value);
      if (Object.keys(inner).length > 0) patch.push([key, inner]);
    } else if (!sameJson(previous, value)) patch.push([key, value]);
  }
  for (const key of old.keys()) patch.push([key, null]);
  return Object.fromEntries(patch);
}

function sameJson(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    const other: readonly JsonValue[] = right;
    return left.length === other.length && left.every((value: JsonValue, index) => sameJson(value, other[index]));
  }
  if (isJsonObject(left) && isJsonObject(right)) {
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key]))
    );
  }
  return left === right;
}
