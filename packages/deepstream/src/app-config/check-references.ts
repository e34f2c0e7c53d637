import type { Severity } from '@companion/foundation';
import { diagnose, type ConfigDiagnostic } from './config-diagnostic.ts';
import type { ConfigSource } from './config-source.ts';
import type { Reference, References } from './reference.ts';

/** Looks for configs that can't be read and for files that are not there. Models and engines are `checkGies`' part. */
export function* checkReferences(
  { references, unreadable }: References,
  files: ConfigSource,
): Generator<ConfigDiagnostic> {
  for (const { path, error, active } of unreadable) {
    const at = { file: path, line: error?.at.line ?? 1 };
    yield diagnose(active ? 'error' : 'info', 'unreadable', at, error?.message ?? 'there is no such file');
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
    yield diagnose(severity, 'reference-missing', { file: from, line }, `${name}: ${what}${off}`);
  }
}

function severityOf({ kind, group, active }: Reference): Severity | undefined {
  // nvinfer can do with either its model or an engine.
  if (group === 'property' && (kind === 'model' || kind === 'engine')) return undefined;
  if (kind === 'engine' && group !== '') return undefined;
  if (!active) return 'info';
  return kind === 'calibration' || kind === 'data' ? 'warning' : 'error';
}
