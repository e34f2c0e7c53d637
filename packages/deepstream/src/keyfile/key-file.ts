import { ConfigEditError } from '../editing/config-edit-error.ts';
import type { ConfigFile, Duplicate, ReadValue } from '../editing/config-file.ts';
import { checkEncodable, insertLines, lineBreak, printLines } from '../editing/text-lines.ts';
import type { TextEncoding } from '../text/text-codec.ts';
import { decodeUtf8Strictly, encodeBytes } from '../text/text-codec.ts';
import { groupLine, newKeyLine, removableBlock, rewriteValue, terminate } from './edit.ts';
import type { KeyLine, Line } from './line.ts';
import { blockEnd, indexLines } from './line-index.ts';
import type { GroupIndex } from './line-index.ts';
import type { Unescaped } from './value.ts';
import { unescapeValue } from './value.ts';

/**
 * A GLib key file that keeps every byte. Reads give what GLib gives under the C locale: duplicate groups merge, and in a
 * file that is not UTF-8 `get` gives one character a byte. In `list` bad escapes stay as they are: `stringList` reports them.
 */
export class KeyFile implements ConfigFile {
  readonly format = 'keyfile';
  readonly #encoding: TextEncoding;
  /** Replaced as a whole where lines come or go, changed in place where one line is rewritten. */
  #lines: Line[];
  /** Where groups and keys are; undefined after an edit that moved lines. */
  #index: ReadonlyMap<string, GroupIndex> | undefined;

  /** Takes lines that were read one after the other by `readLine`; they become this file's own. */
  constructor(lines: Line[], encoding: TextEncoding) {
    this.#lines = lines;
    this.#encoding = encoding;
  }

  groups(): readonly string[] {
    return [...this.#indexed().keys()];
  }

  keys(group: string): readonly string[] {
    return [...(this.#indexed().get(group)?.keys.keys() ?? [])];
  }

  get(group: string, key: string): string | undefined {
    const found = this.#winner(group, key);
    return found === undefined ? undefined : rawValue(found.line);
  }

  string(group: string, key: string): ReadValue<string> {
    const read = this.#unescape(group, key, 'whole');
    return read.ok ? { ok: true, value: read.value.text } : read;
  }

  list(group: string, key: string): readonly string[] {
    const found = this.#winner(group, key);
    return found === undefined ? [] : unescapeValue(rawValue(found.line), 'items').items;
  }

  /** The `;` items as g_key_file_get_string_list gives them. */
  stringList(group: string, key: string): ReadValue<readonly string[]> {
    const read = this.#unescape(group, key, 'items');
    return read.ok ? { ok: true, value: read.value.items } : read;
  }

  lineOf(group: string, key?: string): number | undefined {
    const at = key === undefined ? this.#indexed().get(group)?.headers[0] : this.#winner(group, key)?.at;
    return at === undefined ? undefined : at + 1;
  }

  duplicates(): readonly Duplicate[] {
    const found: Duplicate[] = [];
    const note = (group: string, key: string | undefined, at: readonly number[]) => {
      if (at.length > 1) found.push({ group, key, lines: at.map((i) => i + 1) });
    };
    for (const [group, { headers, keys }] of this.#indexed()) {
      note(group, undefined, headers);
      for (const [key, at] of keys) note(group, key, at);
    }
    return found;
  }

  set(group: string, key: string, value: string): void {
    checkEncodable(key, this.#encoding, 'invalid-key-name');
    checkEncodable(value, this.#encoding, 'invalid-value');
    const found = this.#winner(group, key);
    if (found !== undefined) {
      this.#lines[found.at] = rewriteValue(found.line, value, this.#placeOf(group));
      return;
    }
    const eol = lineBreak(this.#lines);
    const line = newKeyLine(key, value, eol, this.#placeOf(group));
    this.addGroup(group);
    const header = this.#indexed().get(group)?.headers.at(-1) ?? 0;
    let at = blockEnd(this.#lines, header);
    while (at > header + 1 && this.#lines[at - 1]?.kind !== 'key') at -= 1;
    this.#insert(at, [{ ...line, eol: this.#lines[at - 1]?.eol === '\r\n' ? '\r\n' : eol }]);
  }

  remove(group: string, key: string): boolean {
    const at = new Set(this.#indexed().get(group)?.keys.get(key));
    if (at.size > 0) this.#replace(this.#lines.filter((_, i) => !at.has(i)));
    return at.size > 0;
  }

  removeGroup(group: string): boolean {
    const headers = this.#indexed().get(group)?.headers ?? [];
    if (headers.length === 0) return false;
    let from = 0;
    const kept = headers.flatMap((header) => {
      const [start, end] = removableBlock(this.#lines, header);
      const before = this.#lines.slice(from, start);
      from = end;
      return before;
    });
    this.#replace([...kept, ...this.#lines.slice(from)]);
    return true;
  }

  addGroup(group: string): void {
    if (this.#indexed().has(group)) return;
    checkEncodable(group, this.#encoding, 'invalid-group-name');
    const eol = lineBreak(this.#lines);
    const header = groupLine(group, eol);
    const last = this.#lines.at(-1);
    const apart = last === undefined || (last.kind === 'other' && last.blank);
    this.#insert(this.#lines.length, apart ? [header] : [{ kind: 'other', text: '', eol, blank: true }, header]);
  }

  renameGroup(group: string, name: string): void {
    const headers = this.#indexed().get(group)?.headers;
    if (headers === undefined) throw new ConfigEditError('group-not-found', `there is no group [${group}]`);
    if (name === group) return;
    checkEncodable(name, this.#encoding, 'invalid-group-name');
    if (this.#indexed().has(name)) throw new ConfigEditError('group-exists', `there is a group [${name}] already`);
    const renamed = [...this.#lines];
    for (const at of headers) {
      const line = renamed[at];
      if (line?.kind === 'group') renamed[at] = groupLine(name, line.eol, line);
    }
    this.#replace(renamed);
  }

  toString(): string {
    return printLines(this.#lines);
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    return encodeBytes(this.toString(), this.#encoding) ?? new Uint8Array();
  }

  #indexed(): ReadonlyMap<string, GroupIndex> {
    return (this.#index ??= indexLines(this.#lines));
  }

  /** The line that gives the key's value: of several, the last one. */
  #winner(group: string, key: string): { readonly at: number; readonly line: KeyLine } | undefined {
    const at = this.#indexed().get(group)?.keys.get(key)?.at(-1);
    const line = at === undefined ? undefined : this.#lines[at];
    return at !== undefined && line?.kind === 'key' ? { at, line } : undefined;
  }

  #unescape(group: string, key: string, split: 'whole' | 'items'): ReadValue<Unescaped> {
    const found = this.#winner(group, key);
    if (found === undefined) {
      return { ok: false, fault: this.#indexed().has(group) ? 'key-not-found' : 'group-not-found' };
    }
    let value: string | undefined = rawValue(found.line);
    if (this.#encoding === 'latin1') {
      value = decodeUtf8Strictly(encodeBytes(value, this.#encoding) ?? new Uint8Array());
    }
    if (value === undefined) return { ok: false, fault: 'not-utf8' };
    const unescaped = unescapeValue(value, split);
    return unescaped.fault === undefined ? { ok: true, value: unescaped } : { ok: false, fault: 'invalid-escape' };
  }

  /** Where a key line of this group would be: in the file's first group `Encoding` has a meaning. */
  #placeOf(group: string): { readonly inGroup: true; readonly inStartGroup: boolean } {
    const [first] = this.#indexed().keys();
    return { inGroup: true, inStartGroup: first === undefined || first === group };
  }

  #insert(at: number, added: readonly Line[]): void {
    this.#replace(insertLines(this.#lines, at, added, terminate));
  }

  /** What becomes the last line keeps its line break: a removal touches no line that stays. */
  #replace(lines: Line[]): void {
    this.#lines = lines;
    this.#index = undefined;
  }
}

function rawValue({ text, valueStart, valueEnd }: KeyLine): string {
  return text.slice(valueStart, valueEnd);
}
