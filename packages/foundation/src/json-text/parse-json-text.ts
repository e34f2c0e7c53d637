import type { Node } from 'jsonc-parser';
import type { JsonValue } from '../json/json-value.ts';
import { jsonMistake, type JsonMistake } from './json-mistake.ts';
import { maxJsonDepth, parseJsonTree, tooDeepAt, withoutByteOrderMark } from './json-tree.ts';
import { positionAt, type TextPosition } from './text-position.ts';

/** Where and why a text is not JSON. */
export interface JsonTextError extends TextPosition {
  /** One line. */
  readonly reason: string;
}

/** The outcome of `parseJsonText`. */
export type JsonTextResult =
  { readonly ok: true; readonly value: JsonValue } | { readonly ok: false; readonly error: JsonTextError };

/**
 * Reads a JSON text that a person wrote and says line and column of the first mistake, which JSON.parse says differently in
 * every Node version and not at all for a text that ends early. A repeated key is a mistake too: of two modules with one name,
 * JSON.parse silently keeps the last. A byte order mark at the start is allowed.
 */
export function parseJsonText(text: string): JsonTextResult {
  const json = withoutByteOrderMark(text);
  const deep = tooDeepAt(json);
  if (deep !== undefined) return refusal(json, { offset: deep, reason: `nested deeper than ${maxJsonDepth}` });
  const tree = parseJsonTree(json);
  const mistake = jsonMistake(json, tree);
  if (mistake !== undefined) return refusal(json, mistake);
  const repeated = tree.root && repeatedKey(tree.root);
  if (repeated !== undefined) return refusal(json, repeated);
  return { ok: true, value: valueOf(tree.root) };
}

function refusal(text: string, { offset, reason }: JsonMistake): JsonTextResult {
  return { ok: false, error: { ...positionAt(text, offset), reason } };
}

function repeatedKey(node: Node): JsonMistake | undefined {
  const seen = new Set<unknown>();
  for (const child of node.children ?? []) {
    const [key] = child.type === 'property' ? (child.children ?? []) : [];
    if (key !== undefined && seen.has(key.value)) {
      return { offset: key.offset, reason: `the key ${JSON.stringify(key.value)} stands twice in this object` };
    }
    seen.add(key?.value);
    const inner = repeatedKey(child);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function valueOf(node: Node | undefined): JsonValue {
  const children = node?.children ?? [];
  switch (node?.type) {
    case 'object':
      // So that a key `__proto__` is one.
      return Object.fromEntries(
        children.map(({ children: [key, value] = [] }) => [String(key?.value), valueOf(value)]),
      );
    case 'array':
      return children.map(valueOf);
    default:
      return (node?.value ?? null) as JsonValue;
  }
}
