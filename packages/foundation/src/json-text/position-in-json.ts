import { findNodeAtLocation } from 'jsonc-parser';
import type { JsonPath } from '../json/json-path.ts';
import { parseJsonTree, tooDeepAt, withoutByteOrderMark } from './json-tree.ts';
import { positionAt, type TextPosition } from './text-position.ts';

/**
 * Where the value of a path stands in a JSON text: its key, or the item itself in an array. For a path that is not there, as
 * that of a missing key, the nearest value around it. Undefined where the text is no JSON at all.
 */
export function positionInJson(text: string, path: JsonPath): TextPosition | undefined {
  const json = withoutByteOrderMark(text);
  if (tooDeepAt(json) !== undefined) return undefined;
  const { root } = parseJsonTree(json);
  if (root === undefined) return undefined;
  for (let length = path.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node !== undefined)
      return positionAt(json, node.parent?.type === 'property' ? node.parent.offset : node.offset);
  }
  return positionAt(json, root.offset);
}
