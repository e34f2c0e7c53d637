import { ConfigEditError } from '../editing/config-edit-error.ts';
import type { ConfigEditErrorCode } from '../editing/config-edit-error.ts';
import type { ConfigFile, Duplicate, ReadValue } from '../editing/config-file.ts';
import { checkEncodable, printLines } from '../editing/text-lines.ts';
import type { TextEncoding } from '../text/text-codec.ts';
import { encodeBytes } from '../text/text-codec.ts';
import type { Original } from './edit.ts';
import { addHeader, addPair, originalOf, removableBlock, renameHeaders, rewritePair, withoutBlocks } from './edit.ts';
import { readOutline } from './outline.ts';
import type { OutlineEntry, OutlineGroup } from './outline.ts';
import { indexOutline } from './outline-index.ts';
import type { IndexedGroup } from './outline-index.ts';
import { splitLines } from './text-line.ts';
import type { TextLine } from './text-line.ts';

/**
 * A YAML config of lines and what was found in them. Of a key given twice the last one counts, of a group given twice
 * the first: DeepStream walks a group's pairs and lets each overwrite, but looks the group up by name, and yaml-cpp
 * finds the first.
 *
 * The yaml library parses and judges every edit; it does not print, as its printer lays out anew what it did not change.
 */
export class YamlConfig implements ConfigFile {
  readonly format = 'yaml';
  readonly #encoding: TextEncoding;
  #lines: readonly TextLine[];
  /** Where groups and keys are in the lines. */
  #groups: readonly OutlineGroup[];
  /** The groups by name; undefined after an edit. */
  #index: ReadonlyMap<string, IndexedGroup> | undefined;
  /** What keys had before their first edit: setting that value again restores its bytes. */
  readonly #originals = new Map<string, Original>();

  /** Takes lines with the outline that `readOutline` found in them. */
  constructor(lines: readonly TextLine[], groups: readonly OutlineGroup[], encoding: TextEncoding) {
    this.#lines = lines;
    this.#groups = groups;
    this.#encoding = encoding;
  }

  groups(): readonly string[] {
    return [...this.#indexed().keys()];
  }

  keys(group: string): readonly string[] {
    return [...(this.#indexed().get(group)?.keys.keys() ?? [])];
  }

  get(group: string, key: string): string | undefined {
    return this.#entryOf(group, key)?.text;
  }

  string(group: string, key: string): ReadValue<string> {
    if (this.#groupOf(group) === undefined) return { ok: false, fault: 'group-not-found' };
    const value = this.get(group, key);
    return value === undefined ? { ok: false, fault: 'key-not-found' } : { ok: true, value };
  }

  list(group: string, key: string): readonly string[] {
    const entry = this.#entryOf(group, key);
    if (entry?.items !== undefined) return entry.items;
    const items = (entry?.text ?? '').split(';');
    return items.at(-1) === '' ? items.slice(0, -1) : items;
  }

  stringList(group: string, key: string): ReadValue<readonly string[]> {
    const read = this.string(group, key);
    return read.ok ? { ok: true, value: this.list(group, key) } : read;
  }

  lineOf(group: string, key?: string): number | undefined {
    const at = key === undefined ? this.#groupOf(group)?.line : this.#entryOf(group, key)?.line;
    return at === undefined ? undefined : at + 1;
  }

  duplicates(): readonly Duplicate[] {
    const duplicates: Duplicate[] = [];
    const note = (group: string, key: string | undefined, at: readonly { readonly line: number }[]) => {
      if (at.length > 1) duplicates.push({ group, key, lines: at.map((one) => one.line + 1) });
    };
    for (const [name, { all, keys }] of this.#indexed()) {
      note(name, undefined, all);
      for (const [key, entries] of keys) note(name, key, entries);
    }
    return duplicates;
  }

  set(group: string, key: string, value: string): void {
    const entry = this.#entryOf(group, key);
    if (entry !== undefined) {
      this.#change(group, entry, value);
      return;
    }
    checkEncodable(key, this.#encoding, 'invalid-key-name');
    const [lines, groups] = [this.#lines, this.#groups] as const;
    try {
      this.addGroup(group);
      const target = this.#groupOf(group);
      if (target === undefined) {
        throw new ConfigEditError('invalid-group-name', `${JSON.stringify(group)} can't be added to this file`);
      }
      this.#replace(addPair(this.#lines, target, key, value), 'invalid-value');
    } catch (error) {
      this.#take(lines, groups);
      throw error;
    }
  }

  remove(group: string, key: string): boolean {
    const entries = this.#indexed().get(group)?.keys.get(key) ?? [];
    if (entries.length === 0) return false;
    if (entries.some((entry) => !entry.ownLines)) {
      throw new ConfigEditError('not-one-line', `"${key}" in "${group}" shares its lines with something else`);
    }
    this.#originals.delete(originalKey(group, key));
    const blocks = entries.map(({ line, lastLine }) => [line, lastLine + 1] as const);
    this.#replace(withoutBlocks(this.#lines, blocks), 'not-one-line');
    return true;
  }

  removeGroup(group: string): boolean {
    const headers = group === '' ? [] : (this.#indexed().get(group)?.all ?? []);
    if (headers.length === 0) return false;
    const blocks = headers.map((header) => removableBlock(this.#lines, this.#groups, header));
    this.#replace(withoutBlocks(this.#lines, blocks), 'not-one-line');
    return true;
  }

  addGroup(group: string): void {
    if (this.#groupOf(group) !== undefined) return;
    this.#replace(addHeader(this.#lines, this.#groups, group), 'invalid-group-name');
  }

  renameGroup(group: string, name: string): void {
    const found = this.#indexed().get(group);
    if (group === '' || found === undefined) {
      throw new ConfigEditError('group-not-found', `there is no group "${group}"`);
    }
    if (name === group) return;
    const renamed = renameHeaders(this.#lines, found.all, name);
    if (this.#groupOf(name) !== undefined) {
      throw new ConfigEditError('group-exists', `there is a group "${name}" already`);
    }
    this.#replace(renamed, 'invalid-group-name');
  }

  toString(): string {
    return printLines(this.#lines);
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    return encodeBytes(this.toString(), this.#encoding) ?? new Uint8Array();
  }

  #indexed(): ReadonlyMap<string, IndexedGroup> {
    return (this.#index ??= indexOutline(this.#groups));
  }

  #groupOf(name: string): OutlineGroup | undefined {
    return this.#indexed().get(name)?.first;
  }

  #entryOf(group: string, key: string): OutlineEntry | undefined {
    return this.#indexed().get(group)?.keys.get(key)?.at(-1);
  }

  #change(group: string, entry: OutlineEntry, value: string): void {
    const old = this.#lines[entry.line];
    const { slot } = entry;
    if (slot === undefined || old === undefined) {
      throw new ConfigEditError('not-one-line', `"${entry.key}" in "${group}" is not a pair in one line of its own`);
    }
    const saved = originalKey(group, entry.key);
    const original = this.#originals.get(saved);
    if (original === undefined) {
      const current = originalOf(old, { ...entry, slot });
      if (current !== undefined) this.#originals.set(saved, current);
    }
    if (entry.text === value) return;
    const changed = rewritePair(old, { ...entry, slot }, value, original);
    const lines = [...this.#lines];
    lines[entry.line] = changed.line;
    if (value.startsWith('[') || entry.items !== undefined) {
      this.#replace(lines, 'invalid-value');
      return;
    }
    checkEncodable(changed.line.text, this.#encoding, 'invalid-value');
    // The line was read back on its own; columns of all others stand, so a large file need not be read again.
    this.#take(
      lines,
      this.#groups.map((one) =>
        one.entries.includes(entry)
          ? { ...one, entries: one.entries.map((each) => (each === entry ? changed.entry : each)) }
          : one,
      ),
    );
  }

  /** Takes new lines in only if they read as a config; otherwise nothing changes. */
  #replace(lines: readonly TextLine[], code: ConfigEditErrorCode): void {
    const text = printLines(lines);
    checkEncodable(text, this.#encoding, code);
    const next = splitLines(text);
    const outline = readOutline(text, next);
    if (!outline.ok) throw new ConfigEditError(code, `the file would not read any more: ${outline.error.message}`);
    this.#take(next, outline.groups);
  }

  #take(lines: readonly TextLine[], groups: readonly OutlineGroup[]): void {
    this.#lines = lines;
    this.#groups = groups;
    this.#index = undefined;
  }
}

function originalKey(group: string, key: string): string {
  return JSON.stringify([group, key]);
}
