import type { AskedSource } from './asked-source.ts';
import { besideConfig } from './files.ts';
import type { ConfigFile, Inspection } from './config-file.ts';
import { planError } from './plan-diagnostic.ts';

/**
 * The sources of a YAML config: rows of the file that `source: csv-file-path:` names; YAML has no other kind
 * (deepstream_app_config_parser_yaml.cpp:168-226). Comments stand before the header only. Without a column `camera-id`
 * every row is camera 0, so all are the same sensor.
 */
export function sourceCsv(app: ConfigFile, inspection: Inspection): AskedSource[] {
  const { files, findings } = inspection;
  const named = app.text('source', 'csv-file-path');
  if (named === undefined) {
    const reason = app.has('source') ? 'source: CSV file not specified' : 'has no source: csv-file-path';
    findings.push(planError('CONFIG_BAD', { file: app.path }, reason));
    return [];
  }
  const path = besideConfig(files, app.path, named);
  const read = files.read(path);
  if ('reason' in read) {
    findings.push(planError('CONFIG_MISSING', { file: path }, read.reason));
    return [];
  }
  const lines = read.text.split('\n').map((text, index) => ({ text, line: index + 1 }));
  if (lines.at(-1)?.text === '') lines.pop();
  const start = lines.findIndex(({ text }) => !/^[ \t]*(?:#|$)/.test(text));
  const headers = split(lines[start]?.text ?? '');
  const rows = start < 0 ? [] : lines.slice(start + 1);
  return rows.flatMap(({ text, line }, row) => {
    const cells = split(text);
    const cell = (name: string): string => cells[headers.indexOf(name)] ?? '';
    const number = (name: string, fallback: number): number => {
      if (!headers.includes(name)) return fallback;
      // std::stoul throws at what does not begin with a number, and nobody catches it: the real one aborts.
      const digits = /^\s*([+-]?\d+)/.exec(cell(name))?.[1];
      if (digits !== undefined) return Number(digits);
      findings.push(planError('CONFIG_BAD', { file: path, line }, `${name}: "${cell(name)}" is not a number`));
      return fallback;
    };
    const enabled = number('enable', 0) !== 0;
    const type = number('type', 0);
    const source = {
      group: `source ${row}`,
      camera: number('camera-id', 0),
      type,
      uri: cell('uri') === '' ? undefined : cell('uri'),
      count: type === 3 ? Math.max(1, number('num-sources', 1)) : 1,
    };
    return enabled ? [source] : [];
  });
}

function split(row: string): string[] {
  return row.split(',').map((cell) => cell.trim());
}
