import type { JsonObject, JsonValue } from './json.ts';

/**
 * The smallest merge patch that turns the reported properties the hub holds into the wanted ones, or undefined where
 * nothing differs. Keys that a former process of the module left behind are deleted (`null`); arrays are replaced whole.
 */
export function reportedPatch(held: JsonObject, wanted: JsonObject): JsonObject | undefined {
  const patch: Record<string, JsonValue> = {};
  for (const key of Object.keys(held)) {
    if (wanted[key] === undefined || wanted[key] === null) patch[key] = null;
  }
  for (const [key, value] of Object.entries(wanted)) {
    const before = held[key];
    if (value === null) continue;
    if (isObject(before) && isObject(value)) {
      const inner = reportedPatch(before, value);
      if (inner !== undefined) patch[key] = inner;
    } else if (JSON.stringify(before) !== JSON.stringify(value)) {
      patch[key] = value;
    }
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
