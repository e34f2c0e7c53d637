import { isJsonObject, type JsonValue } from './json-value.ts';

/** Whether two JSON values say the same; the order of an object's keys means nothing. */
export function sameJson(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
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
