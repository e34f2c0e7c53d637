import type { Severity } from '@companion/foundation';
import { diagnose, type ConfigDiagnostic } from './config-diagnostic.ts';
import type { Reference, References } from './reference.ts';

/** Looks for configs that can't be read and for files that are not there. Models and engines are `checkGies`' part. */
export function* checkReferences({ references, unreadable }: References): Generator<ConfigDiagnostic> {
  for (const { path, error, active } of unreadable) {
    const at = { file: path, line: error?.at.line ?? 1 };
    yield diagnose(active ? 'error' : 'info', 'unreadable', at, error?.message ?? 'there is no such file');
  }
  for (const reference of references) {
    if (reference.exists !== false) continue;
    const severity = severityOf(reference);
    if (severity === undefined) continue;
    const at = { file: reference.from, line: reference.line };
    const name = reference.group === '' ? reference.key : `[${reference.group}] ${reference.key}`;
    const off = reference.active ? '' : ' (not in use)';
    yield diagnose(
      severity,
      'reference-missing',
      at,
      `${name}: there is no ${reference.path ?? reference.value}${off}`,
    );
  }
}

function severityOf({ kind, group, active }: Reference): Severity | undefined {
  // nvinfer can do with either its model or an engine.
  if (group === 'property' && (kind === 'model' || kind === 'engine')) return undefined;
  if (kind === 'engine' && group !== '') return undefined;
  if (!active) return 'info';
  return kind === 'calibration' || kind === 'data' ? 'warning' : 'error';
}
