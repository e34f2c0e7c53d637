import type { ConfigSource } from './config-source.ts';
import { checkEngine } from './check-engine.ts';
import { checkLabels } from './check-labels.ts';
import { diagnose, type ConfigDiagnostic } from './config-diagnostic.ts';
import { numberedGroups, readGroup } from './group-reader.ts';
import type { FollowedConfig, References } from './reference.ts';

/** Looks at inference: its configs, its model and engine files, its labels, and who works on whose objects. */
export function* checkGies(collected: References, files: ConfigSource): Generator<ConfigDiagnostic> {
  const [first] = collected.configs;
  if (first?.kind === 'app') yield* checkIds(first, collected);
  for (const config of collected.configs) {
    if (config.kind !== 'nvinfer' || !config.active) continue;
    yield* checkEngine(config, collected);
    yield* checkLabels(config, collected, files);
  }
}

function* checkIds({ file, path }: FollowedConfig, collected: References): Generator<ConfigDiagnostic> {
  const parsed = file.format === 'keyfile';
  const groups = [...numberedGroups(file, 'primary-gie', { bare: true }), ...numberedGroups(file, 'secondary-gie')];
  const owners = new Map<number, string>();
  const operators: { readonly group: string; readonly on: number }[] = [];
  for (const { group } of groups) {
    const reader = readGroup(file, group);
    if (!reader.flag('enable')) continue;
    const configFile = reader.text('config-file') ?? reader.text('config-file-path') ?? reader.text('cfg-file-path');
    if (configFile === undefined) {
      // Of a key file the app's own parser says so.
      const message = `[${group}] is enabled and names no config-file`;
      if (!parsed) yield diagnose('error', 'config-file-missing', { file: path, line: reader.line }, message);
      continue;
    }
    const own = collected.configs.find((each) => each.namedBy?.config.path === path && each.namedBy.group === group);
    const property = own === undefined ? undefined : readGroup(own.file, 'property');
    const said = reader.integer('gie-unique-id');
    const id = said ?? property?.integer('gie-unique-id');
    if (id !== undefined) {
      const owner = owners.get(id);
      const at = { file: path, line: reader.lineOf('gie-unique-id') };
      if (owner !== undefined && !(parsed && said !== undefined))
        yield diagnose('warning', 'gie-id-conflict', at, `[${group}] and [${owner}] share gie-unique-id ${id}`);
      else if (owner === undefined) owners.set(id, group);
    }
    const on = reader.integer('operate-on-gie-id') ?? property?.integer('operate-on-gie-id');
    if (group.startsWith('secondary') && on !== undefined && on >= 0) operators.push({ group, on });
  }
  for (const { group, on } of operators) {
    if (owners.has(on) || owners.size === 0) continue;
    const at = { file: path, line: readGroup(file, group).lineOf('operate-on-gie-id') };
    yield diagnose(
      'warning',
      'gie-id-unknown',
      at,
      `[${group}] works on the objects of gie ${on}, which no enabled gie has as its id`,
    );
  }
}
