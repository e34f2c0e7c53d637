import { readGroup } from '../app-config/group-reader.ts';
import { sourceNumber } from '../app-config/source-number.ts';
import type { ConfigFile } from '../editing/config-file.ts';
import { RecipeError } from './recipe-error.ts';
import { setNumber } from './set-number.ts';

/**
 * Puts URIs into `[source-list]` so that DeepStream's parser takes it: the counts are equal, ids and names of sensors stay
 * with their URI and are there for every source, `[source-attr-all]` is there and on, `max-batch-size` is large enough.
 */
export function setSourceList(config: ConfigFile, uris: readonly string[]): void {
  const unfit = uris.find((uri) => !/^(?:file|rtsp):\/\//.test(uri));
  if (config.format === 'keyfile' && unfit !== undefined) {
    throw new RecipeError('invalid-uri', `[source-list] takes file:// and rtsp:// only, not ${unfit}`);
  }
  const list = readGroup(config, 'source-list');
  const counted = config.get('source-list', 'num-source-bins') !== undefined;
  const before = config.list('source-list', 'list');
  // Since DeepStream 7.0 ids and names must both be there where the sources are counted.
  const needed = (key: string) =>
    config.get('source-list', key) !== undefined || (counted && config.format === 'keyfile');
  const ids = namesOf(uris, before, config.list('source-list', 'sensor-id-list'), []);
  if (needed('sensor-id-list')) setItems(config, 'sensor-id-list', ids);
  if (needed('sensor-name-list')) {
    const names = namesOf(uris, before, config.list('source-list', 'sensor-name-list'), ids);
    setItems(config, 'sensor-name-list', names);
  }
  setItems(config, 'list', uris);
  if (counted) setNumber(config, 'source-list', 'num-source-bins', uris.length);
  if (config.format === 'yaml') return;
  if (list.boolean('use-nvmultiurisrcbin') && (list.integer('max-batch-size') ?? 0) < uris.length) {
    setNumber(config, 'source-list', 'max-batch-size', uris.length);
  }
  setNumber(config, 'source-attr-all', 'enable', 1);
  if (config.get('source-attr-all', 'type') === undefined) setNumber(config, 'source-attr-all', 'type', 3);
  for (const group of config.groups()) {
    const number = sourceNumber(group);
    if (number === undefined) continue;
    const uri = uris[number];
    // A group beyond the list ends the app, on or off.
    if (uri === undefined) config.removeGroup(group);
    else if (config.get(group, 'uri') !== undefined && config.get(group, 'uri') !== uri) config.set(group, 'uri', uri);
  }
}

/** How many streams a batch holds: with nvmultiurisrcbin as many as may come, otherwise as many as there are. */
export function batchOfList(config: ConfigFile, count: number): number {
  const list = readGroup(config, 'source-list');
  return list.boolean('use-nvmultiurisrcbin') ? Math.max(count, list.integer('max-batch-size') ?? 0) : count;
}

function setItems(config: ConfigFile, key: string, items: readonly string[]): void {
  if (config.list('source-list', key).join(';') === items.join(';')) return;
  config.set('source-list', key, items.join(';'));
}

/** A URI that was there keeps its name; the others take the names of those that went, then that of `fallback` or new ones. */
function namesOf(
  uris: readonly string[],
  before: readonly string[],
  names: readonly string[],
  fallback: readonly string[],
): readonly string[] {
  const kept = uris.map((uri) => (before.includes(uri) ? names[before.indexOf(uri)] : undefined));
  const used = new Set([...kept, ...names]);
  const free = names.filter((name) => !kept.includes(name));
  return kept.map((name, i) => {
    const known = name ?? free.shift();
    if (known !== undefined) return known;
    let fresh = fallback[i] ?? `sensor${i}`;
    for (let next = uris.length; used.has(fresh); next += 1) fresh = `sensor${next}`;
    used.add(fresh);
    return fresh;
  });
}
