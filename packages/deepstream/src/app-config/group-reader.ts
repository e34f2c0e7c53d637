import type { ConfigFile } from '../editing/config-file.ts';
import { parseBoolean, parseInteger } from './glib-value.ts';

/** One group of a config, read with the types that DeepStream reads it with. */
export interface GroupReader {
  readonly group: string;
  /** The line of the group's header, counted from 1. */
  readonly line: number;
  /** The text; undefined where the key is missing or empty. */
  text(key: string): string | undefined;
  /** The number; undefined where the key is missing or holds none (a finding of its own, see `checkParser`). */
  integer(key: string): number | undefined;
  /** Whether the key is a number other than zero. */
  flag(key: string): boolean;
  /** Whether the key is `true` or `1`, of those that are read as a boolean. */
  boolean(key: string): boolean;
  /** The line of the key, or of the group where the key is missing. */
  lineOf(key: string): number;
}

/** A group's reader; a missing group reads as an empty one. */
export function readGroup(file: ConfigFile, group: string): GroupReader {
  const text = (key: string): string | undefined => {
    const read = file.string(group, key);
    const value = read.ok ? read.value : file.get(group, key);
    return value === '' ? undefined : value;
  };
  // Numbers are read as they stand, without the escapes of a text.
  const integer = (key: string): number | undefined => parseInteger(file.get(group, key) ?? '');
  return {
    group,
    line: file.lineOf(group) ?? 1,
    text,
    integer,
    boolean: (key) => parseBoolean(file.get(group, key) ?? '') === true,
    flag: (key) => (integer(key) ?? 0) !== 0,
    lineOf: (key) => file.lineOf(group, key) ?? file.lineOf(group) ?? 1,
  };
}

/** Groups named `prefix` and a number (`prefix` alone too, where `bare`), with their numbers, in the file's order. */
export function numberedGroups(
  file: ConfigFile,
  prefix: string,
  { bare }: { readonly bare: boolean } = { bare: false },
): { readonly group: string; readonly number: number }[] {
  return file.groups().flatMap((group) => {
    if (!group.startsWith(prefix)) return [];
    const rest = group.slice(prefix.length);
    if (rest === '') return bare ? [{ group, number: 0 }] : [];
    const digits = /^-?(\d+)$/.exec(rest)?.[1];
    return digits === undefined ? [] : [{ group, number: Number(digits) }];
  });
}
