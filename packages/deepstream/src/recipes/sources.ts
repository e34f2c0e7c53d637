import { isLive } from '../app-config/check-sources.ts';
import { readEngineName } from '../app-config/engine-name.ts';
import { numberedGroups, readGroup } from '../app-config/group-reader.ts';
import { isUri } from '../app-config/path.ts';
import type { ConfigFile } from '../editing/config-file.ts';
import type { CompanionFile } from './companion-file.ts';
import { RecipeError } from './recipe-error.ts';
import { checkNumber, setNumber } from './set-number.ts';
import { tileGrid } from './tile-grid.ts';
import { requireAppConfig } from './require-app-config.ts';
import { batchOfList, setSourceList } from './source-list.ts';
import { writeSourceTable } from './source-table.ts';

/** Gives the text of a file that the config names, relative to the config's directory; undefined where there is none. */
export type ReadBeside = (path: string) => string | undefined;

/** A URI goes into a line, a `;` list or a CSV row, and is one word in each. */
const unfitCharacter = /[\s;,"\p{Cc}]/u;

/** More than any GPU decodes. */
const maxSources = 1024;

/**
 * Makes `uris` (rtsp://, file://, http:// …) the sources, in this order: RTSP as type 4, anything else as type 2. Groups
 * of sources that are there are reused with their other keys, further ones are switched off, missing ones are added with
 * the GPU keys of the first. Batch sizes of streammux and first inference, the batch in the name of its engine,
 * `live-source` and the tiled display follow.
 *
 * Where the config takes its sources from `[source-list]` they go there. A YAML config otherwise takes them from a CSV
 * file, whose text is returned for the caller to write; of the one that `readBeside` gives further columns stay.
 */
export function setSources(
  config: ConfigFile,
  uris: readonly string[],
  readBeside: ReadBeside = () => undefined,
): CompanionFile | undefined {
  requireAppConfig(config);
  if (uris.length === 0) throw new RecipeError('no-source', 'there must be at least one source');
  checkNumber('the number of sources', uris.length, 1, maxSources);
  const unfit = uris.find((uri) => !isUri(uri) || unfitCharacter.test(uri));
  if (unfit !== undefined) {
    throw new RecipeError(
      'invalid-uri',
      `${JSON.stringify(unfit)} is no URI that a config can hold; a file is file://path`,
    );
  }
  let companion: CompanionFile | undefined;
  if (config.groups().includes('source-list')) setSourceList(config, uris);
  else if (config.format === 'yaml') companion = csvOf(config, uris, readBeside);
  else setGroups(config, uris);
  follow(config, uris);
  return companion;
}

function typeOf(uri: string) {
  return /^rtsp/i.test(uri) ? 4 : 2;
}

function setGroups(config: ConfigFile, uris: readonly string[]): void {
  const existing = numberedGroups(config, 'source');
  const [model] = existing;
  uris.forEach((uri, i) => {
    const group = existing.find(({ number }) => number === i)?.group ?? `source${i}`;
    const isNew = !config.groups().includes(group);
    setNumber(config, group, 'enable', 1);
    // 2 and 3 differ only in that 3 takes `%d` in a URI for a number: leave what is there.
    const type = readGroup(config, group).integer('type');
    const keeps = type === 3 && typeOf(uri) === 2 && !uri.includes('%');
    if (!keeps) setNumber(config, group, 'type', typeOf(uri));
    if (config.get(group, 'uri') !== uri) config.set(group, 'uri', uri);
    setNumber(config, group, 'num-sources', 1);
    if (!isNew || model === undefined) return;
    for (const key of ['gpu-id', 'nvbuf-memory-type', 'cudadec-memtype']) {
      const value = config.get(model.group, key);
      if (value !== undefined) config.set(group, key, value);
    }
  });
  for (const { group, number } of existing) {
    if (number >= uris.length && readGroup(config, group).flag('enable')) setNumber(config, group, 'enable', 0);
  }
}

function csvOf(config: ConfigFile, uris: readonly string[], readBeside: ReadBeside): CompanionFile {
  const source = readGroup(config, 'source');
  const named = source.text('csv-file-path');
  const path = named ?? 'sources.csv';
  if (named === undefined) config.set('source', 'csv-file-path', path);
  const sources = uris.map((uri) => ({ type: typeOf(uri), uri }));
  const text = writeSourceTable(named === undefined ? undefined : readBeside(path), sources);
  return { path, text };
}

/** Sets what depends on the number and kind of sources. */
function follow(config: ConfigFile, uris: readonly string[]): void {
  const count = batchOfList(config, uris.length);
  setNumber(config, 'streammux', 'batch-size', count);
  const live = uris.some((uri) => isLive({ type: typeOf(uri), uri }));
  if (live || config.get('streammux', 'live-source') !== undefined)
    setNumber(config, 'streammux', 'live-source', live ? 1 : 0);
  for (const { group } of numberedGroups(config, 'primary-gie', { bare: true })) {
    const engine = config.get(group, 'model-engine-file');
    const name = engine === undefined ? undefined : readEngineName(engine);
    if (engine !== undefined && name !== undefined && name.batch === readGroup(config, group).integer('batch-size')) {
      const end = engine.slice(name.model.length).replace(/^_b\d+/, `_b${count}`);
      if (name.model + end !== engine) config.set(group, 'model-engine-file', name.model + end);
    }
    setNumber(config, group, 'batch-size', count);
  }
  if (!config.groups().includes('tiled-display')) return;
  const display = readGroup(config, 'tiled-display');
  const [rows, columns] = [display.integer('rows'), display.integer('columns')];
  const grid = tileGrid(uris.length, rows === undefined || columns === undefined ? undefined : { rows, columns });
  setNumber(config, 'tiled-display', 'rows', grid.rows);
  setNumber(config, 'tiled-display', 'columns', grid.columns);
}
