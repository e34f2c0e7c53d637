import { decodeUtf8 } from '../text/text-codec.ts';
import type { ConfigSource } from './config-source.ts';
import { diagnose, type ConfigDiagnostic } from './config-diagnostic.ts';
import { readGroup } from './group-reader.ts';
import type { FollowedConfig, References } from './reference.ts';

/** A detector's labels stand one a line; a wrong count gives wrong names, or a crash in old versions. */
export function* checkLabels(
  config: FollowedConfig,
  { references }: References,
  files: ConfigSource,
): Generator<ConfigDiagnostic> {
  const property = readGroup(config.file, 'property');
  const classes = property.integer('num-detected-classes');
  const detector = (property.integer('network-type') ?? 0) === 0 && !property.flag('is-classifier');
  const labels = references.find(({ kind, from }) => kind === 'labels' && from === config.path);
  if (classes === undefined || !detector || labels?.path === undefined) return;
  const bytes = files.read(labels.path);
  if (bytes === undefined) return;
  const lines = decodeUtf8(bytes)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  if (lines.length === classes || lines.some((line) => line.includes(';'))) return;
  const message = `${labels.path} has ${lines.length} labels, and num-detected-classes is ${classes}`;
  yield diagnose('warning', 'labels-count', { file: labels.from, line: labels.line }, message);
}
