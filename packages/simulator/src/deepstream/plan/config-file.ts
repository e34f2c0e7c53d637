import { parseConfig } from '@companion/deepstream/config-file';
import type { ConfigFile as ReadConfig } from '@companion/deepstream/config-file';
import { besideConfig } from './files.ts';
import type { Files } from './files.ts';
import { planError, type PlanDiagnostic } from './plan-diagnostic.ts';

/** A config of DeepStream's, a key file or YAML, opened for planning; what is wrong with it is put among the findings. */
export interface ConfigFile {
  /** Without symbolic links: relative paths inside resolve against its folder. */
  readonly path: string;
  readonly format: 'keyfile' | 'yaml';
  readonly file: ReadConfig;
  groups(): readonly string[];
  has(group: string): boolean;
  /** Numbered groups such as `source0`, in the file's order, with their numbers. */
  numbered(prefix: string): { readonly group: string; readonly number: number }[];
  /** The value as it stands; undefined where the key is missing or empty. */
  text(group: string, key: string): string | undefined;
  /** A whole number, `fallback` where the key is missing. A value that is none is a finding, as it stops the real app. */
  integer(group: string, key: string, fallback: number): number;
  /** A boolean as GLib reads it: `true` or 1, and nothing else. */
  flag(group: string, key: string): boolean;
  /** A list divided by `;`. */
  list(group: string, key: string): readonly string[];
  /** A path, resolved; undefined where the key is missing. */
  pathOf(group: string, key: string): string | undefined;
}

/** What planning reads with, and where it leaves what it finds. */
export interface Inspection {
  readonly files: Files;
  readonly findings: PlanDiagnostic[];
  /** What the operator should know although the app can start. */
  readonly notes: string[];
}

/** Opens a config; undefined, with a finding, where it is missing or can't be read. */
export function openConfig({ files, findings }: Inspection, given: string): ConfigFile | undefined {
  const path = files.real(given);
  const read = files.read(path);
  if ('reason' in read) {
    findings.push(planError('CONFIG_MISSING', { file: path }, read.reason));
    return undefined;
  }
  const parsed = parseConfig(read.text, path);
  if (!parsed.ok) {
    const { at, message } = parsed.error;
    findings.push(planError('CONFIG_BAD', { file: path, line: at.line }, message));
    return undefined;
  }
  const { file } = parsed;
  const text = (group: string, key: string): string | undefined => {
    const read = file.string(group, key);
    const value = read.ok ? read.value : file.get(group, key);
    return value === '' ? undefined : value;
  };
  return {
    path,
    format: file.format,
    file,
    text,
    groups: () => file.groups(),
    has: (group) => file.groups().includes(group),
    numbered: (prefix) =>
      file.groups().flatMap((group) => {
        const digits = group.startsWith(prefix) ? group.slice(prefix.length) : '';
        return /^\d+$/.test(digits) ? [{ group, number: Number(digits) }] : [];
      }),
    integer: (group, key, fallback) => {
      const value = file.get(group, key);
      if (value === undefined) return fallback;
      // GLib reads up to the first white space: what stands behind it does not count.
      const digits = /^\s*([+-]?\d+)(?:\s|$)/.exec(value)?.[1];
      if (digits !== undefined) return Number(digits);
      findings.push(planError('CONFIG_BAD', { file: path }, `[${group}] ${key}=${value} is not a whole number`));
      return fallback;
    },
    flag: (group, key) => /^(?:true|1)\s*$/.test(file.get(group, key) ?? ''),
    list: (group, key) => file.list(group, key),
    pathOf: (group, key) => {
      const value = text(group, key);
      return value === undefined ? undefined : besideConfig(files, path, value);
    },
  };
}
