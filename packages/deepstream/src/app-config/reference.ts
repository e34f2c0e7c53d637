import type { ConfigError, ConfigFile } from '../config-file/index.ts';
import { parseConfig } from '../config-file/index.ts';
import { decodeUtf8 } from '../text/text-codec.ts';
import { configKind } from './app-config.ts';
import type { ConfigKind } from './app-config.ts';
import type { ConfigSource } from './config-source.ts';
import { foreignKind } from './foreign-config.ts';
import type { ForeignKind } from './foreign-config.ts';
import { readGroup } from './group-reader.ts';
import { parserOfGroup, readsOnlyEnabled } from './parser-of-group.ts';
import { resolvePath } from './path.ts';
import { referenceRule } from './reference-rule.ts';
import type { ReferenceKind, ReferenceRule } from './reference-rule.ts';
import { pipelineFiles } from './service-maker.ts';
import { readSourceCsv } from './source-csv.ts';
import type { CsvSource } from './source-csv.ts';

export type { ReferenceKind } from './reference-rule.ts';

/** One file that a config names. */
export interface Reference {
  readonly kind: ReferenceKind;
  /** The config, CSV file or whatever else names it, with the line counted from 1. */
  readonly from: string;
  readonly line: number;
  /** "" for a row of a CSV file. */
  readonly group: string;
  readonly key: string;
  /** As it stands. */
  readonly value: string;
  /** Where it leads; undefined for a URI that is no file's. */
  readonly path: string | undefined;
  /** False where DeepStream does not look at it: in a group that is off, or overridden. */
  readonly active: boolean;
  /** Undefined for an output, a URI, and where the source can't know. */
  readonly exists: boolean | undefined;
}

/** A config that was read, the first one or one that another names. */
export interface FollowedConfig {
  readonly path: string;
  readonly kind: ConfigKind;
  readonly file: ConfigFile;
  readonly active: boolean;
  /** Undefined for the first one. */
  readonly namedBy: NamingPlace | undefined;
  /** The line where a second YAML document begins, which DeepStream does not read. */
  readonly nextDocument: number | undefined;
}

/** The group and the key of a config that name another. */
export interface NamingPlace {
  readonly config: FollowedConfig;
  readonly group: string;
  readonly key: string;
}

/** A config that can't be read. */
export interface UnreadableConfig {
  readonly path: string;
  readonly error: ConfigError | undefined;
  readonly active: boolean;
  /** Undefined for the first one. */
  readonly namedBy: NamingPlace | undefined;
  /** What it is instead of a config, where that shows. */
  readonly foreign: ForeignKind | undefined;
}

/** Everything that a config leads to. */
export interface References {
  readonly references: readonly Reference[];
  /** The config itself first. */
  readonly configs: readonly FollowedConfig[];
  readonly unreadable: readonly UnreadableConfig[];
  /** The rows of source CSV files, each file once. */
  readonly csvSources: readonly { readonly path: string; readonly source: CsvSource }[];
}

/** More than this many configs is no configuration any more. */
const maxConfigs = 256;

/** Reads a config and every config that it names, and lists every file they refer to. Never throws of its own. */
export function collectReferences(path: string, files: ConfigSource): References {
  const references: Reference[] = [];
  const configs: FollowedConfig[] = [];
  const unreadable: UnreadableConfig[] = [];
  const csvSources: { path: string; source: CsvSource }[] = [];
  const seen = new Set<string>();
  const queue: { path: string; active: boolean; namedBy: FollowedConfig['namedBy'] }[] = [
    { path, active: true, namedBy: undefined },
  ];

  const note = (found: Omit<Reference, 'path' | 'exists'>, config: string): Reference => {
    const resolved = resolvePath(files.real?.(config) ?? config, found.value);
    const exists = resolved === undefined || found.kind === 'output' ? undefined : files.exists(resolved);
    const reference = { ...found, path: resolved, exists };
    references.push(reference);
    return reference;
  };

  const readCsv = (reference: Reference) => {
    const bytes = reference.path === undefined || seen.has(reference.path) ? undefined : files.read(reference.path);
    if (reference.path === undefined || bytes === undefined) return;
    seen.add(reference.path);
    for (const source of readSourceCsv(decodeUtf8(bytes))) {
      csvSources.push({ path: reference.path, source });
      if (source.uri === undefined) continue;
      const { active, from } = reference;
      const place = { from: reference.path, line: source.line, group: '', key: 'uri', value: source.uri };
      // deepstream-app resolves them where the config is, not where the CSV file is.
      note({ kind: 'stream', ...place, active: active && source.enabled }, from);
    }
  };

  const visitPipeline = (config: FollowedConfig) => {
    for (const { node, key, value, line, rule } of pipelineFiles(config.file.toString())) {
      const found = { kind: rule.kind, from: config.path, line, group: node, key, value, active: true };
      const { path: beside } = note(found, config.path);
      if (rule.follow && beside !== undefined) {
        queue.push({ path: beside, active: true, namedBy: { config, group: node, key } });
      }
    }
  };

  const visit = (config: FollowedConfig) => {
    if (config.kind === 'service-maker') {
      visitPipeline(config);
      return;
    }
    for (const group of config.file.groups()) {
      for (const key of config.file.keys(group)) {
        const rule = referenceRule(group, key);
        if (rule === undefined) continue;
        const values = rule.list ? config.file.list(group, key) : [readGroup(config.file, group).text(key) ?? ''];
        const active = config.active && isActive(config, group, key, rule);
        for (const value of values) {
          if (value === '') continue;
          const line = config.file.lineOf(group, key) ?? 1;
          const reference = note({ kind: rule.kind, from: config.path, line, group, key, value, active }, config.path);
          if (rule.kind === 'sources') readCsv(reference);
          if (rule.follow && reference.path !== undefined && !isServerConfig(config.file, group)) {
            queue.push({ path: reference.path, active, namedBy: { config, group, key } });
          }
        }
      }
    }
  };

  // An index loop: visiting a config appends what it names.
  for (let i = 0; i < queue.length && configs.length < maxConfigs; i += 1) {
    const next = queue[i];
    if (next === undefined || seen.has(next.path)) continue;
    seen.add(next.path);
    const bytes = files.read(next.path);
    if (bytes === undefined) {
      if (next.namedBy === undefined) unreadable.push({ ...next, error: undefined, foreign: undefined });
      continue;
    }
    const parsed = parseConfig(bytes, next.path);
    if (!parsed.ok) {
      unreadable.push({ ...next, error: parsed.error, foreign: foreignKind(decodeUtf8(bytes), next.path) });
      continue;
    }
    const { file, nextDocument } = parsed;
    const config: FollowedConfig = { ...next, kind: configKind(file), file, nextDocument };
    configs.push(config);
    visit(config);
  }
  return { references, configs, unreadable, csvSources };
}

/** nvinferserver's configs are protobuf text. */
function isServerConfig(file: ConfigFile, group: string): boolean {
  return /-gie-?\d*$/.test(group) && readGroup(file, group).integer('plugin-type') === 1;
}

function isActive(config: FollowedConfig, group: string, key: string, rule: ReferenceRule): boolean {
  const { file, namedBy } = config;
  const reader = readGroup(file, group);
  if (reader.integer('enable') === 0) return false;
  if (
    config.kind === 'app' &&
    file.format === 'keyfile' &&
    parserOfGroup(group) !== undefined &&
    readsOnlyEnabled(group)
  ) {
    if (!reader.flag('enable')) return false;
  }
  // Without `enable` these are off, but for apps that know no such key and write `config-file-path`.
  if (/^(?:source|sink)\d+$|^tracker$|^(?:primary|secondary)-gie\d*$|^message-/.test(group)) {
    const off =
      reader.integer('enable') === undefined && readGroup(file, 'source-attr-all').integer('enable') === undefined;
    if (off && file.groups().includes('application')) return false;
  }
  if (/^source\d+$/.test(group)) {
    const type = reader.integer('type') ?? readGroup(file, 'source-attr-all').integer('type');
    return type === undefined || (type >= 2 && type <= 4);
  }
  if (/^sink\d+$/.test(group)) {
    const type = reader.integer('type');
    return (
      (key === 'output-file' ? type === 3 : type === 6) &&
      !(key.startsWith('msg-conv') && reader.flag('disable-msgconv'))
    );
  }
  // The app config's engine goes before nvinfer's own.
  if (rule.kind === 'engine' && group === 'property' && namedBy !== undefined) {
    return readGroup(namedBy.config.file, namedBy.group).text('model-engine-file') === undefined;
  }
  if (rule.kind === 'calibration' && group === 'property') return reader.integer('network-mode') === 1;
  return true;
}
