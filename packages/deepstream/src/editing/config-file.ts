/** Why a value can't be had. `not-utf8` and `invalid-escape` are GLib's errors for values that `get` still gives raw. */
export type ReadFault = 'group-not-found' | 'key-not-found' | 'invalid-escape' | 'not-utf8';

/** A value, or why there is none. */
export type ReadValue<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: ReadFault };

/** A key given more than once in its group (`key` set), or a group that is opened several times. */
export interface Duplicate {
  readonly group: string;
  readonly key: string | undefined;
  /** Counted from 1, ascending. */
  readonly lines: readonly number[];
}

/**
 * A DeepStream configuration in groups of keys, a GLib key file or YAML, that keeps every byte. It is mutable: edits
 * change it in place, each only its own line or lines, and throw a `ConfigEditError` before anything has changed.
 */
export interface ConfigFile {
  readonly format: 'keyfile' | 'yaml';
  /** Group names in order of first appearance. */
  groups(): readonly string[];
  /** Key names of a group in order of first appearance, each once; none for a missing group. */
  keys(group: string): readonly string[];
  /** The value as it stands in the file, the last one where the key is given twice. */
  get(group: string, key: string): string | undefined;
  /** The value as DeepStream takes it: unescaped in a key file, the same as `get` in YAML. */
  string(group: string, key: string): ReadValue<string>;
  /** The `;` items; none for a missing key. */
  list(group: string, key: string): readonly string[];
  /** The `;` items, or why DeepStream can't read them. */
  stringList(group: string, key: string): ReadValue<readonly string[]>;
  /** The line of the group's first header, or of the key's winning line, counted from 1. */
  lineOf(group: string, key?: string): number | undefined;
  /** Keys given twice and groups opened twice, in the order of the file's groups. */
  duplicates(): readonly Duplicate[];
  /** Sets a value. An existing key changes in its winning line; a new one follows the group's last key; a missing group is added. */
  set(group: string, key: string, value: string): void;
  /** Removes every line that gives the key, so that no older duplicate comes to light. False where there was none. */
  remove(group: string, key: string): boolean;
  /** Removes a group with all that stands in it. False where there was none. */
  removeGroup(group: string): boolean;
  /** Adds an empty group at the end, after a blank line; nothing happens where it exists. */
  addGroup(group: string): void;
  /** Changes the name in every header of the group. */
  renameGroup(group: string, name: string): void;
  /** The whole text; byte for byte what was read where nothing was edited. */
  toString(): string;
  /** The bytes, in the encoding they were read in. */
  toBytes(): Uint8Array<ArrayBuffer>;
}
