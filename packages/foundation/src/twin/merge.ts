import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts';

/** A twin's merge, as IoT Hub does it: `null` deletes, objects merge by key, everything else (arrays too) is replaced whole. */
export function mergeTwin(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map<string, JsonValue>(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    const before = merged.get(key);
    if (value === null) merged.delete(key);
    else if (isJsonObject(value)) merged.set(key, mergeTwin(isJsonObject(before) ? before : {}, value));
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

/**
 * One patch that does what `first` and then `second` do, or undefined where no single patch can: an object that follows
 * a deletion or a scalar of the same key has to replace what the hub holds, and a merge patch can't say "replace".
 */
export function combinePatches(first: JsonObject, second: JsonObject): JsonObject | undefined {
  const combined = new Map<string, JsonValue>(Object.entries(first));
  for (const [key, value] of Object.entries(second)) {
    const before = combined.get(key);
    if (before === undefined || !isJsonObject(value)) {
      combined.set(key, value);
      continue;
    }
    if (!isJsonObject(before)) return undefined;
    const inner = combinePatches(before, value);
    if (inner === undefined) return undefined;
    combined.set(key, inner);
  }
  return Object.fromEntries(combined);
}
