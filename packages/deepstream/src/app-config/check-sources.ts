import type { AppConfig, Source } from './app-config.ts';
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
  const rows = csvSources.map(({ path, source }, number) => ({ ...source, file: path, number, group: 'source' }));
  return [...own, ...rows].filter((source) => source.enabled);
}

/** Looks at the sources and at what has to follow their number: streammux, first inference, tiled display. */
export function* checkSources(app: AppConfig, collected: References): Generator<ConfigDiagnostic> {
  const sources = enabledSources(app, collected);
  const count = sources.reduce((sum, source) => sum + source.streams, 0);
  const { streammux, tiledDisplay } = app;
  const fromCsv = app.sourceCsv !== undefined;
  if (count === 0 && !fromCsv && !app.file.groups().includes('source-list')) {
    yield diagnose('error', 'no-source', { file: app.path, line: 1 }, 'no source is enabled');
  }
  for (const source of sources) yield* checkSource(source);
  if (count === 0) return;

  const line = (group: string, key: string) => ({
    file: app.path,
    line: app.file.lineOf(group, key) ?? app.file.lineOf(group) ?? 1,
  });
  if (streammux !== undefined) {
    yield* checkBatch('streammux', streammux.batchSize, count, line('streammux', 'batch-size'));
  }
  for (const { group, batchSize, enabled } of app.primaryGies) {
    if (!enabled) continue;
    const own = collected.configs.find(({ namedBy }) => namedBy?.config.path === app.path && namedBy.group === group);
    if (batchSize !== undefined || own === undefined) {
      yield* checkBatch(group, batchSize, count, line(group, 'batch-size'));
      continue;
    }
    const property = readGroup(own.file, 'property');
    const at = { file: own.path, line: property.lineOf('batch-size') };
    yield* checkBatch('property', property.integer('batch-size'), count, at);
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

function* checkBatch(
  group: string,
  batchSize: number | undefined,
  sources: number,
  at: ConfigPlace,
): Generator<ConfigDiagnostic> {
  if (batchSize === undefined || batchSize >= sources) return;
  const message = `[${group}] batch-size=${batchSize} is below the ${sources} enabled sources`;
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
