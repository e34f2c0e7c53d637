import type { Severity } from '@companion/foundation';
import { diagnose, type ConfigDiagnostic, type ConfigStage } from './config-diagnostic.ts';
import type { ConfigSource } from './config-source.ts';
import { foreignNames } from './foreign-config.ts';
import { readGroup } from './group-reader.ts';
import type { NamingPlace, Reference, References, UnreadableConfig } from './reference.ts';

/** Looks for configs that can't be read and for files that are not there. Models and engines are `checkGies`' part. */
export function* checkReferences(
  { references, unreadable }: References,
  files: ConfigSource,
): Generator<ConfigDiagnostic> {
  for (const config of unreadable) {
    if (config.namedBy !== undefined) yield sayUnreadable(config, config.namedBy);
  }
  for (const reference of references) {
    const { path = reference.value, exists, active, from, line } = reference;
    if (exists === undefined) continue;
    const isDirectory = files.isDirectory?.(path) === true;
    if (exists && !isDirectory) continue;
    // nvinfer that gets a directory for its model or engine ends; without one of the two it may do with the other.
    const severity = isDirectory ? (active ? 'error' : 'info') : severityOf(reference);
    if (severity === undefined) continue;
    const name = reference.group === '' ? reference.key : `[${reference.group}] ${reference.key}`;
    const what = isDirectory ? `${path} is a directory, not a file` : `there is no ${path}`;
    const off = active ? '' : ' (not in use)';
    // The app opens a directory as labels, and reads none.
    const stage = isDirectory ? 'plugin' : stageOf(reference);
    yield diagnose(severity, 'reference-missing', { file: from, line }, `${name}: ${what}${off}`, stage);
  }
}

/**
 * What GLib refuses, a plugin that reads with GLib refuses too. Any other plugin has a parser of its own, which may take
 * what ours does not: that is no error.
 */
function sayUnreadable({ path, error, active, foreign }: UnreadableConfig, namedBy: NamingPlace): ConfigDiagnostic {
  const at = { file: path, line: error?.at.line ?? 1 };
  const what = foreign === undefined ? '' : `this is ${foreignNames[foreign]}, not what [${namedBy.group}] takes: `;
  const message = `${what}${error?.message ?? 'there is no such file'}`;
  if (!active) return diagnose('info', 'unreadable', at, `${message} (not in use)`);
  if (isGlibs(path, namedBy)) {
    const hint = foreign === 'nvinferserver' ? `; nvinferserver takes it with plugin-type=1 in [${namedBy.group}]` : '';
    return diagnose('error', 'unreadable', at, message + hint);
  }
  const text = `not readable here (${message}): DeepStream's plugin has its own parser; what the file names is not checked`;
  return diagnose('warning', 'unreadable', at, text);
}

function isGlibs(path: string, { config, group, key }: NamingPlace): boolean {
  if (/\.ya?ml$/i.test(path) || config.kind !== 'app') return false;
  if (/^(?:primary|secondary)-gie/.test(group)) return true;
  if (key === 'msg-conv-config') return readGroup(config.file, group).text('msg-conv-msg2p-lib') === undefined;
  return group === 'nvds-analytics' || group === 'pre-process' || group.startsWith('secondary-pre-process');
}

/** The app itself reads the labels that it is given; every other file is a plugin's business. */
function stageOf({ kind, group, active }: Reference): ConfigStage {
  if (!active) return 'runtime';
  return kind === 'labels' && /^(?:primary|secondary)-gie/.test(group) ? 'parser' : 'plugin';
}

function severityOf({ kind, group, active }: Reference): Severity | undefined {
  // nvinfer can do with either its model or an engine.
  if (group === 'property' && (kind === 'model' || kind === 'engine')) return undefined;
  if (kind === 'engine' && group !== '') return undefined;
  if (!active) return 'info';
  return kind === 'calibration' || kind === 'data' ? 'warning' : 'error';
}
