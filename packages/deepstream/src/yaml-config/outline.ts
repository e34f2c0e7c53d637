import { isMap, isScalar } from 'yaml';
import type { ParsedNode } from 'yaml';
import type { LineDiagnostic } from '../editing/line-diagnostic.ts';
import { endOffset, nodeItems, nodeText, readDocument } from './document.ts';
import type { TextLine } from './text-line.ts';
import { lineAt } from './text-line.ts';
import type { YamlConfigErrorCode } from './yaml-config-error-code.ts';

/** Where a value stands in its line, as columns; empty where there is no value yet. */
export interface ValueSlot {
  readonly start: number;
  readonly end: number;
}

/** A key of a group. Lines are counted from 0. */
export interface OutlineEntry {
  readonly key: string;
  readonly line: number;
  readonly lastLine: number;
  /** Undefined for what is no scalar, no sequence of scalars and not written in one line. */
  readonly text: string | undefined;
  readonly items: readonly string[] | undefined;
  /** Undefined where the pair is not one line of its own, so that no edit could keep to it. */
  readonly slot: ValueSlot | undefined;
  /** Whether nothing else stands in the pair's lines. */
  readonly ownLines: boolean;
}

/** A top-level key with what stands below it; the name "" holds the top-level keys that have a plain value. */
export interface OutlineGroup {
  readonly name: string;
  readonly line: number;
  readonly lastLine: number;
  /** The columns of the name. */
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly entries: readonly OutlineEntry[];
  /** The column of the entries; undefined where they are in flow style and none can be added as a line. */
  readonly indent: number | undefined;
}

/** The groups of a text that was split into `lines`, or what stops it from being read. */
export type ReadOutline =
  | {
      readonly ok: true;
      readonly groups: readonly OutlineGroup[];
      /** The line where a second document begins, which is not read; counted from 0. */
      readonly nextDocument: number | undefined;
    }
  | { readonly ok: false; readonly error: LineDiagnostic<YamlConfigErrorCode> };

/** Finds every group and key of a YAML config, as columns in its lines. */
export function readOutline(text: string, lines: readonly TextLine[]): ReadOutline {
  const read = readDocument(text);
  if (!read.ok) {
    const { code, at, reason } = read.fault;
    return refusal(code, lineAt(lines, at), reason);
  }
  const { contents, nextAt } = read;
  const nextDocument = nextAt === undefined ? undefined : lineAt(lines, nextAt);
  if (contents === null || (isScalar(contents) && contents.value === '')) return { ok: true, groups: [], nextDocument };
  if (!isMap(contents)) {
    return refusal('not-a-mapping', lineAt(lines, contents.range[0]), 'the document is no mapping of groups');
  }
  const flow = contents.flow === true;
  const groups: OutlineGroup[] = [];
  const loose: OutlineEntry[] = [];
  for (const pair of contents.items) {
    const header = readEntry(pair, text, lines);
    if (header === undefined) continue;
    const value = pair.value;
    const empty = value === null || (isScalar(value) && value.value === '' && value.range[0] === value.range[1]);
    if (!isMap(value) && !empty) {
      loose.push(header);
      continue;
    }
    const start = lines[header.line]?.start ?? 0;
    const [nameStart, nameEnd] = pair.key.range;
    const entries = isMap(value)
      ? value.items.flatMap((item) => {
          const entry = readEntry(item, text, lines);
          return entry === undefined ? [] : [entry];
        })
      : [];
    const firstKey = isMap(value) ? value.items[0]?.key : undefined;
    const column =
      firstKey === undefined ? undefined : firstKey.range[0] - (lines[lineAt(lines, firstKey.range[0])]?.start ?? 0);
    groups.push({
      name: header.key,
      line: header.line,
      lastLine: header.lastLine,
      nameStart: nameStart - start,
      nameEnd: nameEnd - start,
      entries,
      indent: flow || (isMap(value) && value.flow === true) ? undefined : (column ?? nameStart - start + 2),
    });
  }
  const [first] = loose;
  if (first !== undefined) {
    groups.unshift({
      name: '',
      line: first.line,
      lastLine: first.line,
      nameStart: 0,
      nameEnd: 0,
      entries: loose,
      indent: undefined,
    });
  }
  return { ok: true, groups, nextDocument };
}

/** `line` is counted from 0, as lines are here. */
function refusal(code: YamlConfigErrorCode, line: number, message: string): ReadOutline {
  return { ok: false, error: { severity: 'error', code, at: { line: line + 1 }, message } };
}

interface ParsedPair {
  readonly key: unknown;
  readonly value: ParsedNode | null;
}

function readEntry(pair: ParsedPair, text: string, lines: readonly TextLine[]): OutlineEntry | undefined {
  const key = pair.key as ParsedNode | null;
  if (key === null || !isScalar(key) || typeof key.value !== 'string') return undefined;
  const [keyStart, keyEnd] = key.range;
  const line = lineAt(lines, keyStart);
  const { value } = pair;
  const end = value === null ? keyEnd : endOffset(value);
  let trimmed = Math.max(keyEnd, end);
  while (trimmed > keyEnd && ' \t\r\n'.includes(text[trimmed - 1] ?? '')) trimmed -= 1;
  const lastLine = lineAt(lines, trimmed - 1);
  const whole = lines[line]?.text ?? '';
  const start = lines[line]?.start ?? 0;
  const ownStart = /^\u{feff}?[ \t]*$/u.test(whole.slice(0, keyStart - start));
  const last = lines[lastLine];
  const colon = lastLine === line ? /^[ \t]*:?/.exec(whole.slice(Math.max(trimmed, keyEnd) - start))?.[0].length : 0;
  const rest = last?.text.slice(trimmed - last.start + (trimmed === keyEnd ? (colon ?? 0) : 0)) ?? '';
  const ownLines = ownStart && /^[ \t]*(?:#.*)?$/.test(rest);
  return {
    key: key.value,
    line,
    lastLine,
    text: nodeText(value, text),
    items: nodeItems(value),
    ownLines,
    slot: ownLines && line === lastLine ? slotOf(value, whole, keyEnd - start, start) : undefined,
  };
}

function slotOf(value: ParsedNode | null, line: string, keyEnd: number, lineStart: number): ValueSlot | undefined {
  const colon = /^[ \t]*:/.exec(line.slice(keyEnd));
  if (colon === null) return undefined;
  const behind = keyEnd + colon[0].length;
  if (value === null || value.range[0] === value.range[1]) return { start: behind, end: behind };
  const start = value.range[0] - lineStart;
  const end = value.range[1] - lineStart;
  if (isMap(value) && value.flow !== true) return undefined;
  return start >= behind && end <= line.length ? { start, end } : undefined;
}
