import { ConfigEditError } from '../editing/config-edit-error.ts';
import { insertLines, lineBreak } from '../editing/text-lines.ts';
import type { OutlineEntry, OutlineGroup, ValueSlot } from './outline.ts';
import { isPlainKey, writeScalar } from './scalar.ts';
import type { TextLine } from './text-line.ts';

/** What was behind a key before its first edit: the value it read as, and how it was written. */
export interface Original {
  readonly value: string;
  readonly source: string;
}

/** A pair in one line of its own, whose value can be changed. */
export type EditableEntry = OutlineEntry & { readonly slot: ValueSlot };

/** What is behind a key now; undefined for what has no text of its own. */
export function originalOf(line: TextLine, { text, slot }: EditableEntry): Original | undefined {
  return text === undefined ? undefined : { value: text, source: line.text.slice(slot.start, slot.end) };
}

/** The line of a pair with another value, and where that value is in it. */
export interface RewrittenPair {
  readonly line: TextLine;
  readonly entry: OutlineEntry;
}

/** Writes a value in place of the one that `entry` has in `line`; a value that `original` has is written as it was there. */
export function rewritePair(
  line: TextLine,
  entry: EditableEntry,
  value: string,
  original: Original | undefined,
): RewrittenPair {
  const { slot } = entry;
  const restored = original?.value === value ? original.source : undefined;
  const head = line.text.slice(0, slot.start);
  const tail = line.text.slice(slot.end);
  // Where there was nothing behind the colon, the space before the value comes and goes with it.
  const before = restored === '' ? head.replace(/[ \t]$/, '') : slot.start === slot.end ? `${head} ` : head;
  const source = line.text.slice(slot.start, slot.end);
  const text = before + (restored ?? writeScalar(before, value, tail, entry.key, source)) + tail;
  const end = slot.end + text.length - line.text.length;
  return { line: { ...line, text }, entry: { ...entry, text: value, slot: { start: before.length, end } } };
}

/** The lines with a new pair behind the last one of its group. */
export function addPair(lines: readonly TextLine[], group: OutlineGroup, key: string, value: string): TextLine[] {
  const { indent } = group;
  if (indent === undefined) {
    throw new ConfigEditError('not-one-line', `the group "${group.name}" takes no key in a line of its own`);
  }
  if (!isPlainKey(key)) throw new ConfigEditError('invalid-key-name', `${JSON.stringify(key)} can't be a key's name`);
  const before = `${' '.repeat(indent)}${key}: `;
  const last = group.entries.at(-1)?.lastLine ?? group.line;
  return insert(lines, last + 1, [before + writeScalar(before, value, '', key, '')]);
}

/** The lines with a new, empty group at the end of the first document, before any `...`. */
export function addHeader(lines: readonly TextLine[], groups: readonly OutlineGroup[], name: string): TextLine[] {
  checkGroupName(name);
  const last = Math.max(
    -1,
    ...groups.flatMap((group) => group.entries.map((entry) => entry.lastLine)),
    ...groups.map((group) => group.lastLine),
  );
  const next = groups.length === 0 ? -1 : lines.findIndex(({ text }, i) => i > last && /^---(?:\s|$)/.test(text));
  let at = next < 0 ? lines.length : next;
  while (at > 0 && /^\.\.\.\s*$/.test(lines[at - 1]?.text ?? '')) at -= 1;
  const apart = at === 0 || (lines[at - 1]?.text ?? '').trim() === '';
  const first = groups.find((group) => group.name !== '');
  // By the text: a byte order mark before the first name is no indent.
  const indent = /^\u{feff}?([ \t]*)/u.exec(first === undefined ? '' : (lines[first.line]?.text ?? ''))?.[1] ?? '';
  const header = `${indent}${name}:`;
  return insert(lines, at, apart ? [header] : ['', header]);
}

/** The lines with another name in every header of the group. */
export function renameHeaders(
  lines: readonly TextLine[],
  headers: readonly OutlineGroup[],
  name: string,
): readonly TextLine[] {
  checkGroupName(name);
  const renamed = [...lines];
  for (const { line: at, nameStart, nameEnd } of headers) {
    const old = renamed[at];
    if (old === undefined) continue;
    renamed[at] = { ...old, text: old.text.slice(0, nameStart) + name + old.text.slice(nameEnd) };
  }
  return renamed;
}

/** The lines that go with a group, as in a key file: comments set apart by a blank line right above the next stay. */
export function removableBlock(
  lines: readonly TextLine[],
  groups: readonly OutlineGroup[],
  group: OutlineGroup,
): readonly [from: number, to: number] {
  const starts = groups.flatMap((other) =>
    other.name === '' ? other.entries.map((entry) => entry.line) : [other.line],
  );
  let end = Math.min(...starts.filter((at) => at > group.lastLine), lines.length);
  while (end > group.lastLine + 1 && /^(?:---|\.\.\.)/.test(lines[end - 1]?.text ?? '')) end -= 1;
  if (end === lines.length) return [group.line, end];
  let comment = end;
  while (comment > group.lastLine + 1 && (lines[comment - 1]?.text ?? '').trim().startsWith('#')) comment -= 1;
  const apart = comment < end && (lines[comment - 1]?.text ?? '').trim() === '';
  return [group.line, apart ? comment : end];
}

/** The lines outside of every block [from, to). */
export function withoutBlocks(
  lines: readonly TextLine[],
  blocks: readonly (readonly [from: number, to: number])[],
): readonly TextLine[] {
  const gone = new Set(blocks.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i)));
  return lines.filter((_, at) => !gone.has(at));
}

function checkGroupName(name: string): void {
  if (!isPlainKey(name)) {
    throw new ConfigEditError('invalid-group-name', `${JSON.stringify(name)} can't be a group's name`);
  }
}

function insert(lines: readonly TextLine[], at: number, texts: readonly string[]): TextLine[] {
  const eol = lineBreak(lines);
  // Offsets are found anew when the result is read.
  const added = texts.map((text): TextLine => ({ text, eol, start: 0 }));
  return insertLines(lines, at, added, (line) => ({ ...line, eol }));
}
