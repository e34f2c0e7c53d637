import { ConfigEditError } from '../editing/config-edit-error.ts';
import type { ConfigFile, Duplicate, ReadValue } from '../editing/config-file.ts';
import type { TextEncoding } from '../text/text-codec.ts';
import { decodeUtf8Strictly, encodeBytes } from '../text/text-codec.ts';
import { groupLine, newKeyLine, removableBlock, rewriteValue, terminate } from './edit.ts';
import type { KeyLine, Line } from './line.ts';
import { blockEnd, indexLines } from './line-index.ts';
import type { GroupIndex } from './line-index.ts';
import { unescapeValue } from './value.ts';

/**
 * A GLib key file that keeps every byte. Reads give what GLib gives under the C locale: duplicate groups merge, and in a
 * file that is not UTF-8 `get` gives one character a byte. In `list` bad escapes stay as they stand: `stringList` tells them.
 */
export interface KeyFile extends ConfigFile {
  readonly format: 'keyfile';
  /** The `;` items as g_key_file_get_string_list gives them. */
  stringList(group: string, key: string): ReadValue<readonly string[]>;
}

/** A key file of lines that were read one after the other by `readLine`. */
export function createKeyFile(initial: readonly Line[], encoding: TextEncoding): KeyFile {
  let lines = [...initial];
  let cached: ReadonlyMap<string, GroupIndex> | undefined;
  const index = () => (cached ??= indexLines(lines));
  const eol = () => lines.find((line) => line.eol !== '')?.eol ?? '\n';
  const isStartGroup = (group: string) => {
    const [first] = index().keys();
    return first === undefined || first === group;
  };

  const winner = (group: string, key: string): { at: number; line: KeyLine } | undefined => {
    const at = index().get(group)?.keys.get(key)?.at(-1);
    const line = at === undefined ? undefined : lines[at];
    return at !== undefined && line?.kind === 'key' ? { at, line } : undefined;
  };
  const raw = ({ text, valueStart, valueEnd }: KeyLine) => text.slice(valueStart, valueEnd);

  const unescape = (
    group: string,
    key: string,
    separated: boolean,
  ): ReadValue<readonly [string, readonly string[]]> => {
    const found = winner(group, key);
    if (found === undefined) return { ok: false, fault: index().has(group) ? 'key-not-found' : 'group-not-found' };
    let value: string | undefined = raw(found.line);
    if (encoding === 'latin1') value = decodeUtf8Strictly(encodeBytes(value, encoding) ?? new Uint8Array());
    if (value === undefined) return { ok: false, fault: 'not-utf8' };
    const { text, items, fault } = unescapeValue(value, separated);
    return fault === undefined ? { ok: true, value: [text, items] } : { ok: false, fault: 'invalid-escape' };
  };

  /** Puts lines in at `at`; the line before gets its newline, and a missing final newline stays missing. */
  const insert = (at: number, added: readonly Line[]) => {
    const before = lines[at - 1];
    const atEnd = before?.eol === '';
    if (atEnd) lines[at - 1] = terminate(before, eol());
    lines.splice(at, 0, ...added.map((line, i) => (atEnd && i === added.length - 1 ? { ...line, eol: '' } : line)));
    cached = undefined;
  };
  /** What becomes the last line keeps its newline: a removal touches no line that stays. */
  const replaceAll = (kept: Line[]) => {
    lines = kept;
    cached = undefined;
  };
  /** Characters that the file's encoding has no byte for would be lost. */
  const checkEncodable = (text: string, code: 'invalid-value' | 'invalid-key-name' | 'invalid-group-name') => {
    if (encodeBytes(text, encoding) === undefined) {
      throw new ConfigEditError(code, 'the file is not UTF-8 and can take only characters up to U+00FF');
    }
  };

  const addGroup = (group: string) => {
    if (index().has(group)) return;
    checkEncodable(group, 'invalid-group-name');
    const header = groupLine(group, eol());
    const last = lines.at(-1);
    const apart = last === undefined || (last.kind === 'other' && last.blank);
    insert(lines.length, apart ? [header] : [{ kind: 'other', text: '', eol: eol(), blank: true }, header]);
  };

  return {
    format: 'keyfile',
    groups: () => [...index().keys()],
    keys: (group) => [...(index().get(group)?.keys.keys() ?? [])],
    get: (group, key) => {
      const found = winner(group, key);
      return found === undefined ? undefined : raw(found.line);
    },
    string: (group, key) => {
      const read = unescape(group, key, false);
      return read.ok ? { ok: true, value: read.value[0] } : read;
    },
    list: (group, key) => {
      const found = winner(group, key);
      return found === undefined ? [] : unescapeValue(raw(found.line), true).items;
    },
    stringList: (group, key) => {
      const read = unescape(group, key, true);
      return read.ok ? { ok: true, value: read.value[1] } : read;
    },
    lineOf: (group, key) => {
      const at = key === undefined ? index().get(group)?.headers[0] : winner(group, key)?.at;
      return at === undefined ? undefined : at + 1;
    },
    duplicates: () => {
      const found: Duplicate[] = [];
      const note = (group: string, key: string | undefined, at: readonly number[]) => {
        if (at.length > 1) found.push({ group, key, lines: at.map((i) => i + 1) });
      };
      for (const [group, { headers, keys }] of index()) {
        note(group, undefined, headers);
        for (const [key, at] of keys) note(group, key, at);
      }
      return found;
    },
    set: (group, key, value) => {
      checkEncodable(key, 'invalid-key-name');
      checkEncodable(value, 'invalid-value');
      const found = winner(group, key);
      if (found !== undefined) {
        lines[found.at] = rewriteValue(found.line, value, isStartGroup(group));
        return;
      }
      const line = newKeyLine(key, value, eol(), isStartGroup(group));
      addGroup(group);
      const header = index().get(group)?.headers.at(-1) ?? 0;
      let at = blockEnd(lines, header);
      while (at > header + 1 && lines[at - 1]?.kind !== 'key') at -= 1;
      insert(at, [{ ...line, eol: lines[at - 1]?.eol === '\r\n' ? '\r\n' : eol() }]);
    },
    remove: (group, key) => {
      const at = new Set(index().get(group)?.keys.get(key));
      if (at.size > 0) replaceAll(lines.filter((_, i) => !at.has(i)));
      return at.size > 0;
    },
    removeGroup: (group) => {
      const blocks = (index().get(group)?.headers ?? []).map((header) => removableBlock(lines, header));
      let from = 0;
      const kept = blocks.flatMap(([start, end]) => {
        const before = lines.slice(from, start);
        from = end;
        return before;
      });
      if (blocks.length > 0) replaceAll([...kept, ...lines.slice(from)]);
      return blocks.length > 0;
    },
    addGroup,
    renameGroup: (group, name) => {
      const headers = index().get(group)?.headers;
      if (headers === undefined) throw new ConfigEditError('group-not-found', `there is no group [${group}]`);
      if (name === group) return;
      checkEncodable(name, 'invalid-group-name');
      if (index().has(name)) throw new ConfigEditError('group-exists', `there is a group [${name}] already`);
      const renamed = headers.map((at) => {
        const line = lines[at];
        return line?.kind === 'group' ? ([at, groupLine(name, line.eol, line)] as const) : undefined;
      });
      for (const change of renamed) if (change !== undefined) lines[change[0]] = change[1];
      cached = undefined;
    },
    toString: () => lines.map((line) => line.text + line.eol).join(''),
    toBytes: () => encodeBytes(lines.map((line) => line.text + line.eol).join(''), encoding) ?? new Uint8Array(),
  };
}
