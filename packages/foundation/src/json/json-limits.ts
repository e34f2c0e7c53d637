import type { JsonValue } from './json-value.ts';

/** What a JSON text may hold: how deep brackets may nest, and how many values there may be. */
export interface JsonLimits {
  readonly depth: number;
  readonly values: number;
}

/** How a text or a value goes beyond its limits. */
export type JsonExcess = 'too-deep' | 'too-many';

/**
 * Whether a text goes beyond the limits, told before it is parsed, in one pass and without recursion. The text need not be
 * JSON.
 */
export function jsonExcess(text: string, limits: JsonLimits): JsonExcess | undefined {
  if (text.length <= Math.min(limits.depth, limits.values)) return undefined;
  let [depth, values, quoted] = [0, 1, false];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 0x5c) at++;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x2c) values++;
    else if (code === 0x5b || code === 0x7b) {
      depth++;
      values++;
    } else if (code === 0x5d || code === 0x7d) depth--;
    if (depth > limits.depth) return 'too-deep';
    if (values > limits.values) return 'too-many';
  }
  return undefined;
}

/** Whether objects and arrays nest deeper than so many levels; without recursion, so that no depth is too much for it. */
export function isDeeperThan(value: JsonValue, depth: number): boolean {
  let level: readonly JsonValue[] = [value];
  for (let left = depth; level.length > 0; left--) {
    const inner = level.filter((item) => typeof item === 'object' && item !== null);
    if (inner.length > 0 && left < 1) return true;
    level = inner.flatMap((item) => Object.values<JsonValue>(item));
  }
  return false;
}
