import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts';
import { sameJson } from '../json/same-json.ts';

/**
 * The smallest merge patch with which `mergeTwin` turns `held` into `wanted`; undefined where they are equal. Keys that are
 * not wanted are deleted (`null`), a wanted `null` means the same; arrays are replaced whole.
 */
export function twinPatch(held: JsonObject, wanted: JsonObject): JsonObject | undefined {
  const patch = new Map<string, JsonValue>();
  const old = new Map(Object.entries(held));
  for (const [key, value] of Object.entries(wanted)) {
    if (value === null) continue;
    const before = old.get(key);
    old.delete(key);
    if (isJsonObject(before) && isJsonObject(value)) {
      const inner = twinPatch(before, value);
      if (inner !== undefined) patch.set(key, inner);
    } else if (!sameJson(before, value)) patch.set(key, value);
  }
  for (const key of old.keys()) patch.set(key, null);
  return patch.size === 0 ? undefined : Object.fromEntries(patch);
}
