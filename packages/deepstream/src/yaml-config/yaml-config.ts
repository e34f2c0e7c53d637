import { ConfigEditError } from '../editing/config-edit-error.ts';
import type { ConfigEditErrorCode } from '../editing/config-edit-error.ts';
import type { ConfigFile, Duplicate } from '../editing/config-file.ts';
import type { TextEncoding } from '../text/text-codec.ts';
import { encodeBytes } from '../text/text-codec.ts';
import { readOutline } from './outline.ts';
import type { OutlineEntry, OutlineGroup } from './outline.ts';
import { indexOutline } from './outline-index.ts';
import type { IndexedGroup } from './outline-index.ts';
import { isPlainKey, writeScalar } from './scalar.ts';
import { splitLines } from './text-line.ts';
import type { TextLine } from './text-line.ts';

/**
 * A YAML config of lines and what was found in them. Of a key given twice the last one counts, of a group given twice
 * the first: DeepStream walks a group's pairs and lets each overwrite, but looks the group up by name, and yaml-cpp
 * finds the first.
 *
 * The yaml library parses and judges every edit; it does not print, as its printer lays out anew what it did not change.
 */
export function createYamlConfig(
  initial: readonly TextLine[],
  found: readonly OutlineGroup[],
  encoding: TextEncoding,
): ConfigFile {
  let lines = [...initial];
  let groups = found;
  /** What stood behind a key before its first edit, with the value it read as: setting that value again restores it. */
  const originals = new Map<string, { readonly value: string; readonly source: string }>();
  const originalKey = (group: string, key: string) => JSON.stringify([group, key]);

  let cached: ReadonlyMap<string, IndexedGroup> | undefined;
  const index = () => (cached ??= indexOutline(groups));
  const replaceGroups = (next: readonly OutlineGroup[]) => {
    groups = next;
    cached = undefined;
  };
  const groupOf = (name: string) => index().get(name)?.first;
  const entryOf = (group: string, key: string) => index().get(group)?.keys.get(key)?.at(-1);
  const print = (all: readonly TextLine[]) => all.map((line) => line.text + line.eol).join('');
  const eol = () => lines.find((line) => line.eol !== '')?.eol ?? '\n';

  const checkEncodable = (text: string, code: ConfigEditErrorCode) => {
    if (encodeBytes(text, encoding) === undefined) {
      throw new ConfigEditError(code, 'the file is not UTF-8 and can take only characters up to U+00FF');
    }
  };
  /** Takes new lines in only if they read as a config. */
  const replaceLines = (
    changed: readonly TextLine[],
    code: 'invalid-value' | 'invalid-group-name' | 'not-one-line',
  ) => {
    const text = print(changed);
    checkEncodable(text, code);
    const next = splitLines(text);
    const outline = readOutline(text, next);
    if (!outline.ok) throw new ConfigEditError(code, `the file would not read any more: ${outline.error.reason}`);
    lines = next;
    replaceGroups(outline.groups);
  };
  const line = (text: string): TextLine => ({ text, eol: eol(), start: 0 });
  /** The lines with `added` at `at`; the line before gets its line break, and a missing final one stays missing. */
  const inserted = (at: number, added: readonly TextLine[]): TextLine[] => {
    const next = [...lines];
    const before = next[at - 1];
    const atEnd = before?.eol === '';
    if (atEnd) next[at - 1] = { ...before, eol: eol() };
    next.splice(at, 0, ...added.map((add, i) => (atEnd && i === added.length - 1 ? { ...add, eol: '' } : add)));
    return next;
  };

  const change = (group: string, entry: OutlineEntry, value: string) => {
    const { slot } = entry;
    const old = lines[entry.line];
    if (slot === undefined || old === undefined) {
      throw new ConfigEditError('not-one-line', `"${entry.key}" in "${group}" is not a pair in one line of its own`);
    }
    const source = old.text.slice(slot.start, slot.end);
    const saved = originals.get(originalKey(group, entry.key));
    if (saved === undefined && entry.text !== undefined) {
      originals.set(originalKey(group, entry.key), {
        value: entry.text,
        source: slot.start === slot.end ? '' : source,
      });
    }
    if (entry.text === value) return;
    const restores = saved?.value === value;
    // Where there was nothing behind the colon, the space before the value comes and goes with it.
    const added = restores && saved.source === '' ? '' : slot.start === slot.end ? ' ' : '';
    const before = old.text.slice(0, slot.start);
    const start = restores && saved.source === '' ? before.replace(/[ \t]$/, '') : before + added;
    const after = old.text.slice(slot.end);
    const text = start + (restores ? saved.source : writeScalar(start, value, after, entry.key, source)) + after;
    const next = [...lines];
    next[entry.line] = { ...old, text };
    if (value.startsWith('[') || entry.items !== undefined) {
      replaceLines(next, 'invalid-value');
      return;
    }
    checkEncodable(text, 'invalid-value');
    // The line was read back on its own; columns of all others stand, so a large file need not be read again.
    const end = slot.end + text.length - old.text.length;
    const changed = { ...entry, text: value, slot: { start: start.length, end } };
    lines = next;
    replaceGroups(
      groups.map((one) =>
        one.entries.includes(entry)
          ? { ...one, entries: one.entries.map((each) => (each === entry ? changed : each)) }
          : one,
      ),
    );
  };

  const add = (group: OutlineGroup, key: string, value: string) => {
    const { indent } = group;
    if (indent === undefined) {
      throw new ConfigEditError('not-one-line', `the group "${group.name}" takes no key in a line of its own`);
    }
    if (!isPlainKey(key)) throw new ConfigEditError('invalid-key-name', `${JSON.stringify(key)} can't be a key's name`);
    const before = `${' '.repeat(indent)}${key}: `;
    const last = group.entries.at(-1)?.lastLine ?? group.line;
    replaceLines(inserted(last + 1, [line(before + writeScalar(before, value, '', key, ''))]), 'invalid-value');
  };

  const withGroup = (name: string): readonly TextLine[] => {
    if (!isPlainKey(name))
      throw new ConfigEditError('invalid-group-name', `${JSON.stringify(name)} can't be a group's name`);
    let at = lines.length;
    while (at > 0 && /^\.\.\.\s*$/.test(lines[at - 1]?.text ?? '')) at -= 1;
    const apart = at === 0 || (lines[at - 1]?.text ?? '').trim() === '';
    const first = groups.find((group) => group.name !== '');
    // By the text: a byte order mark before the first name is no indent.
    const indent = /^\u{feff}?([ \t]*)/u.exec(first === undefined ? '' : (lines[first.line]?.text ?? ''))?.[1] ?? '';
    return inserted(at, apart ? [line(`${indent}${name}:`)] : [line(''), line(`${indent}${name}:`)]);
  };
  const addGroup = (name: string) => {
    if (groupOf(name) === undefined) replaceLines(withGroup(name), 'invalid-group-name');
  };

  /** The lines that go with a group, as in a key file: comments set apart by a blank line right above the next stay. */
  const block = (group: OutlineGroup): readonly [number, number] => {
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
  };

  return {
    format: 'yaml',
    groups: () => [...index().keys()],
    keys: (group) => [...(index().get(group)?.keys.keys() ?? [])],
    get: (group, key) => entryOf(group, key)?.text,
    string: (group, key) => {
      if (groupOf(group) === undefined) return { ok: false, fault: 'group-not-found' };
      const value = entryOf(group, key)?.text;
      return value === undefined ? { ok: false, fault: 'key-not-found' } : { ok: true, value };
    },
    list: (group, key) => {
      const entry = entryOf(group, key);
      if (entry?.items !== undefined) return entry.items;
      const items = (entry?.text ?? '').split(';');
      return items.at(-1) === '' ? items.slice(0, -1) : items;
    },
    lineOf: (group, key) => {
      const at = key === undefined ? groupOf(group)?.line : entryOf(group, key)?.line;
      return at === undefined ? undefined : at + 1;
    },
    duplicates: () => {
      const duplicates: Duplicate[] = [];
      const note = (group: string, key: string | undefined, at: readonly { readonly line: number }[]) => {
        if (at.length > 1) duplicates.push({ group, key, lines: at.map((one) => one.line + 1) });
      };
      for (const [name, { all, keys }] of index()) {
        note(name, undefined, all);
        for (const [key, entries] of keys) note(name, key, entries);
      }
      return duplicates;
    },
    set: (group, key, value) => {
      const entry = entryOf(group, key);
      if (entry !== undefined) {
        change(group, entry, value);
        return;
      }
      const [linesBefore, groupsBefore] = [lines, groups] as const;
      try {
        addGroup(group);
        const target = groupOf(group);
        if (target === undefined) {
          throw new ConfigEditError('invalid-group-name', `${JSON.stringify(group)} can't be added to this file`);
        }
        add(target, key, value);
      } catch (error) {
        lines = linesBefore;
        replaceGroups(groupsBefore);
        throw error;
      }
    },
    remove: (group, key) => {
      const entries = index().get(group)?.keys.get(key) ?? [];
      if (entries.length === 0) return false;
      if (entries.some((entry) => !entry.ownLines)) {
        throw new ConfigEditError('not-one-line', `"${key}" in "${group}" shares its lines with something else`);
      }
      originals.delete(originalKey(group, key));
      const gone = new Set(entries.flatMap((entry) => lineNumbers(entry.line, entry.lastLine + 1)));
      const kept = lines.filter((_, i) => !gone.has(i));
      replaceLines(kept, 'not-one-line');
      return true;
    },
    removeGroup: (name) => {
      const blocks = name === '' ? [] : (index().get(name)?.all ?? []).map(block);
      if (blocks.length === 0) return false;
      const gone = new Set(blocks.flatMap(([from, to]) => lineNumbers(from, to)));
      const kept = lines.filter((_, i) => !gone.has(i));
      replaceLines(kept, 'not-one-line');
      return true;
    },
    addGroup,
    renameGroup: (group, name) => {
      if (group === '' || groupOf(group) === undefined) {
        throw new ConfigEditError('group-not-found', `there is no group "${group}"`);
      }
      if (name === group) return;
      if (!isPlainKey(name))
        throw new ConfigEditError('invalid-group-name', `${JSON.stringify(name)} can't be a group's name`);
      if (groupOf(name) !== undefined) throw new ConfigEditError('group-exists', `there is a group "${name}" already`);
      const next = [...lines];
      for (const { name: found, line: at, nameStart, nameEnd } of groups) {
        const old = next[at];
        if (found !== group || old === undefined) continue;
        next[at] = { ...old, text: old.text.slice(0, nameStart) + name + old.text.slice(nameEnd) };
      }
      replaceLines(next, 'invalid-group-name');
    },
    toString: () => print(lines),
    toBytes: () => encodeBytes(print(lines), encoding) ?? new Uint8Array(),
  };
}

const lineNumbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
