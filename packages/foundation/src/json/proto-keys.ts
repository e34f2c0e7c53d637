import { isJsonObject } from './json-value.ts';
import type { JsonPath } from './json-path.ts';

/** More than these tell nobody more. */
const maxPaths = 20;

/** A value of a document, and how it is reached. */
interface Visit {
  readonly value: unknown;
  readonly key?: string | number;
  readonly parent?: Visit;
}

/**
 * Where in a document the key `__proto__` is. JSON may have it, JSON.parse keeps it, and schemas for maps drop it without a
 * word; who copies key by key would give an object another prototype. At most 20 paths, in the document's order; however
 * deep it is.
 */
export function protoKeyPaths(document: unknown): JsonPath[] {
  const found: JsonPath[] = [];
  const waiting: Visit[] = [{ value: document }];
  for (let visit = waiting.pop(); visit !== undefined && found.length < maxPaths; visit = waiting.pop()) {
    if (visit.key === '__proto__') found.push(pathOf(visit));
    const parent = visit;
    const { value } = visit;
    if (Array.isArray(value)) {
      for (let index = value.length - 1; index >= 0; index--) waiting.push({ value: value[index], key: index, parent });
    } else if (isJsonObject(value)) {
      for (const [key, item] of Object.entries(value).reverse()) waiting.push({ value: item, key, parent });
    }
  }
  return found;
}

function pathOf(visit: Visit): JsonPath {
  const path: (string | number)[] = [];
  for (let at: Visit | undefined = visit; at?.key !== undefined; at = at.parent) path.push(at.key);
  return path.reverse();
}

/** What to say of such a key. */
export const protoKeyMessage = 'is no name that can be used: every JavaScript object has it for itself';
