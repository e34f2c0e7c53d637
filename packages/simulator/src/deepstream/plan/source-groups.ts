import type { AskedSource } from './asked-source.ts';
import type { ConfigFile, Inspection } from './config-file.ts';
import { planError } from './plan-diagnostic.ts';

const severalUris = 3;

/** The enabled `[sourceN]` of a key file. `input` is the file of the first one without a uri. */
export function sourceGroups(app: ConfigFile, inspection: Inspection, input: string | undefined): AskedSource[] {
  const asked: AskedSource[] = [];
  for (const group of namedSources(app, inspection)) {
    if (app.integer(group, 'enable', 0) === 0) continue;
    const camera = Number(group.slice('source'.length));
    if (asked.some((other) => other.camera === camera)) {
      // deepstream_config_file_parser.c:500: numbers are compared, not names.
      const reason = `[${group}]: another source group with source-id ${camera} already exists`;
      inspection.findings.push(planError('CONFIG_BAD', { file: app.path }, reason));
      continue;
    }
    const type = app.integer(group, 'type', 0);
    const uri = app.text(group, 'uri') ?? (asked.length === 0 && input !== undefined ? `file://${input}` : undefined);
    asked.push({ group, camera, type, uri, count: type === severalUris ? app.integer(group, 'num-sources', 1) : 1 });
  }
  return asked;
}

/** Groups that begin with `source`: DeepStream refuses any that does not go on with a number alone, enabled or not. */
export function namedSources(app: ConfigFile, { findings }: Inspection): string[] {
  const groups = app.groups().filter((group) => group.startsWith('source') && !wholeNames.has(group));
  return groups.filter((group) => {
    if (/^source\d+$/.test(group)) return true;
    findings.push(planError('CONFIG_BAD', { file: app.path }, `[${group}] is not in the form [source<%d>]`));
    return false;
  });
}

const wholeNames = new Set(['source-list', 'source-attr-all']);
