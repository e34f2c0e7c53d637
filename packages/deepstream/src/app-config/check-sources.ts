import type { AppConfig } from './app-config.ts';
import type { Source } from './source.ts';
import { diagnose, type ConfigDiagnostic, type ConfigPlace } from './config-diagnostic.ts';
import { readGroup } from './group-reader.ts';
import { isUri } from './path.ts';
import type { References } from './reference.ts';

/** A source with the file that it stands in. */
interface PlacedSource extends Source {
  readonly file: string;
}

/** The sources that are on, of groups, list and CSV file. */
export function enabledSources(app: AppConfig, { csvSources }: References): readonly PlacedSource[] {
  const own = app.sources.map((source) => ({ ...source, file: app.path }));
  const rows = csvSources.map(({ path, source }) => ({
    ...source,
    file: path,
    number: source.cameraId,
    group: 'source',
  }));
  return [...own, ...rows].filter((source) => source.enabled);
}

/** Looks at the sources and at what has to follow their number: streammux, first inference, tiled display. */
export function* checkSources(app: AppConfig, collected: References): Generator<ConfigDiagnostic> {
  const sources = enabledSources(app, collected);
  const count = sources.reduce((sum, source) => sum + source.streams, 0);
  const { streammux, tiledDisplay, sourceList } = app;
  const fromCsv = app.sourceCsv !== undefined;
  const elsewhere = fromCsv || sourceList?.multi === true || (sourceList !== undefined && app.file.format === 'yaml');
  if (count === 0 && !elsewhere) {
    const all = sourceList !== undefined && app.sources.length > 0 ? ': [source-attr-all] has no enable=1' : '';
    yield diagnose('error', 'no-source', { file: app.path, line: sourceList?.line ?? 1 }, `no source is enabled${all}`);
  }
  for (const source of sources) yield* checkSource(source);
  for (const { path, source } of collected.csvSources) {
    if (source.fault === undefined) continue;
    const message = `${source.fault}: DeepStream ends at such a row; comments stand above the header only`;
    yield diagnose('error', 'csv-row-invalid', { file: path, line: source.line }, message, 'parser');
  }
  if (count === 0) return;

  const line = (group: string, key: string) => ({
    file: app.path,
    line: app.file.lineOf(group, key) ?? app.file.lineOf(group) ?? 1,
  });
  if (sourceList === undefined || app.file.format === 'yaml') yield* checkBatches(app, collected, count);
  else if (sourceList.multi) {
    const most = { group: 'source-list', key: 'max-batch-size', value: sourceList.maxBatchSize ?? 0 };
    yield* checkBatch(most, count, line('source-list', 'max-batch-size'));
  }
  const live = sources.filter(isLive);
  if (streammux !== undefined && live.length > 0 && !streammux.live) {
    const [first] = live;
    const message = `[streammux] live-source is not 1, but [${first?.group ?? ''}] is live: frames will come late or be dropped`;
    yield diagnose('warning', 'live-source-off', line('streammux', 'live-source'), message);
  }
  if (streammux?.live === true && live.length === 0 && sources.every((source) => source.uri?.startsWith('file:'))) {
    const message = '[streammux] live-source=1, but every source is a file';
    yield diagnose('info', 'live-source-on', line('streammux', 'live-source'), message);
  }
  if (tiledDisplay?.enabled === true) {
    const { rows, columns } = tiledDisplay;
    if (rows !== undefined && columns !== undefined && rows * columns < count) {
      const message = `[tiled-display] has ${rows} × ${columns} tiles for ${count} enabled sources`;
      yield diagnose('warning', 'tiles-below-sources', line('tiled-display', 'rows'), message);
    }
  }
}

/** Of a list, streammux and the first inference take the number of its sources themselves. */
function* checkBatches(app: AppConfig, collected: References, count: number): Generator<ConfigDiagnostic> {
  const { streammux } = app;
  const lineIn = (group: string) => ({ file: app.path, line: readGroup(app.file, group).lineOf('batch-size') });
  if (streammux !== undefined) {
    yield* checkBatch({ group: 'streammux', value: streammux.batchSize }, count, lineIn('streammux'));
  }
  for (const { group, batchSize, enabled } of app.primaryGies) {
    if (!enabled) continue;
    const own = collected.configs.find(({ namedBy }) => namedBy?.config.path === app.path && namedBy.group === group);
    if (batchSize !== undefined || own === undefined) {
      yield* checkBatch({ group, value: batchSize }, count, lineIn(group));
      continue;
    }
    const property = readGroup(own.file, 'property');
    const at = { file: own.path, line: property.lineOf('batch-size') };
    yield* checkBatch({ group: 'property', value: property.integer('batch-size') }, count, at);
  }
}

function* checkBatch(
  {
    group,
    key = 'batch-size',
    value,
  }: { readonly group: string; readonly key?: string; readonly value: number | undefined },
  sources: number,
  at: ConfigPlace,
): Generator<ConfigDiagnostic> {
  if (value === undefined || value >= sources) return;
  const message = `[${group}] ${key}=${value} is below the ${sources} enabled sources`;
  yield diagnose('warning', 'batch-size-below-sources', at, message);
}

/** Whether frames come at the camera's own pace. */
export function isLive({
  type,
  uri,
}: {
  readonly type: number | undefined;
  readonly uri: string | undefined;
}): boolean {
  return type === 1 || type === 4 || type === 5 || /^(?:rtsps?|rtspt|udp|rtp):\/\//i.test(uri ?? '');
}

function* checkSource({ group, line, file, type, uri }: PlacedSource): Generator<ConfigDiagnostic> {
  const at = { file, line };
  if (group === 'source-list') return;
  if (uri === undefined) {
    if (type === 2 || type === 3 || type === 4) {
      yield diagnose('error', 'invalid-uri', at, `[${group}] type=${type} needs a uri`);
    }
    return;
  }
  const used = type === 2 || type === 3 || type === 4;
  if (used && !isUri(uri)) {
    yield diagnose('error', 'invalid-uri', at, `[${group}] uri=${uri} has no scheme; a file is file://path`);
  } else if (type === 4 && !/^rtsp/i.test(uri)) {
    yield diagnose(
      'warning',
      'source-type-mismatch',
      at,
      `[${group}] type=4 is for rtsp:// only; use type=3 for other URIs`,
    );
  } else if ((type === 2 || type === 3) && /^rtsp/i.test(uri)) {
    yield diagnose(
      'info',
      'source-type-mismatch',
      at,
      `[${group}] an RTSP source of type ${type} does not reconnect; type=4 does`,
    );
  }
}
