import { isMap, isScalar, isSeq } from 'yaml';
import type { YamlDocument } from './document.ts';
import { readDocument } from './document.ts';
import type { TextLine } from './text-line.ts';
import { lineAt, splitLines } from './text-line.ts';

/** A node of a YAML document that is deeper than groups with keys. */
export interface YamlTree {
  /** Counted from 1. */
  readonly line: number;
  /** Of a scalar. */
  readonly text: string | undefined;
  /** Of a sequence; else none. */
  readonly items: readonly YamlTree[];
  /** Of a mapping with plain keys; else none. */
  readonly members: readonly { readonly key: string; readonly line: number; readonly value: YamlTree }[];
}

/** The first document of a text as a tree; undefined where it can't be read. The depth is bounded by `readDocument`. */
export function readYamlTree(text: string): YamlTree | undefined {
  const read = readDocument(text);
  return read.ok ? treeOf(read.contents, splitLines(text), 0) : undefined;
}

function treeOf(node: YamlDocument['contents'], lines: readonly TextLine[], parentLine: number): YamlTree {
  const line = node?.range === undefined ? parentLine : lineAt(lines, node.range[0]) + 1;
  return {
    line,
    text: isScalar(node) && typeof node.value === 'string' ? node.value : undefined,
    items: isSeq(node) ? node.items.map((item) => treeOf(item, lines, line)) : [],
    members: isMap(node)
      ? node.items.flatMap(({ key, value }) => {
          if (!isScalar(key) || typeof key.value !== 'string') return [];
          const keyLine = lineAt(lines, key.range[0]) + 1;
          return [{ key: key.value, line: keyLine, value: treeOf(value, lines, keyLine) }];
        })
      : [],
  };
}
