import type { ConfigFile } from '../editing/config-file.ts';
import { diagnose, type ConfigDiagnostic } from './config-diagnostic.ts';
import { readGroup } from './group-reader.ts';

/** The gies as parse_gie and the end of parse_config_file judge them: each needs a config, and an id of its own. */
export function* checkParsedGies(file: ConfigFile, path: string): Generator<ConfigDiagnostic> {
  const groups = file.groups().filter((group) => group === 'primary-gie' || group.startsWith('secondary-gie'));
  const on = groups.filter((group) => readGroup(file, group).flag('enable'));
  for (const group of on) {
    // A config of other apps names it so; of these nothing is known here.
    if (['config-file', 'config-file-path', 'cfg-file-path'].some((key) => file.keys(group).includes(key))) continue;
    const at = { file: path, line: file.lineOf(group) ?? 1 };
    yield diagnose('error', 'config-file-missing', at, `[${group}] is enabled and names no config-file`, 'parser');
  }
  // A first inference that is off, missing or without an id counts with the id 0.
  const owners = new Map<number, string>([[0, 'primary-gie']]);
  if (on.includes('primary-gie')) {
    owners.clear();
    owners.set(readGroup(file, 'primary-gie').integer('gie-unique-id') ?? 0, 'primary-gie');
  }
  for (const group of on.filter((name) => name !== 'primary-gie')) {
    const reader = readGroup(file, group);
    const id = reader.integer('gie-unique-id') ?? 0;
    const owner = owners.get(id);
    if (owner === undefined) {
      owners.set(id, group);
      continue;
    }
    const at = { file: path, line: reader.lineOf('gie-unique-id') };
    const missing = id === 0 ? ' (0 where there is none)' : '';
    const text = `[${group}] and [${owner}] have the same gie-unique-id ${id}${missing}`;
    yield diagnose('error', 'gie-id-conflict', at, text, 'parser');
  }
}
