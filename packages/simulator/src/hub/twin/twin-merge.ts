import { isJsonObject } from '@companion/deployment';
import type { JsonObject } from '@companion/deployment';

/** Merges a twin patch as IoT Hub does: objects by key, null deletes, everything else, arrays too, replaces whole. */
export function mergeTwinPatch(document: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(document));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else if (isJsonObject(value)) {
      const before = merged.get(key);
      merged.set(key, mergeTwinPatch(isJsonObject(before) ? before : {}, value));
    } else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}
