import type { AppConfig } from './app-config.ts';
import { enabledSources } from './check-sources.ts';
import { diagnose, type ConfigDiagnostic } from './config-diagnostic.ts';
import { readGroup } from './group-reader.ts';
import { resolvePath } from './path.ts';
import type { References } from './reference.ts';

/**
 * Each source's name in messages comes from the `[sensorN]` of the converter's config: N is the number of `[sourceN]`, with
 * the new API the place of the stream. Without one it is that number, or empty.
 */
export function* checkSensors(
  app: AppConfig,
  collected: References,
  { configFile, newApi }: { readonly configFile: string | undefined; readonly newApi: boolean },
): Generator<ConfigDiagnostic> {
  const path = configFile === undefined ? undefined : resolvePath(app.path, configFile);
  const config = collected.configs.find((each) => each.path === path);
  // Streams of nvmultiurisrcbin bring their own ids.
  if (config === undefined || app.sourceList?.multi === true) return;
  const described = new Set(
    config.file.groups().flatMap((group) => {
      const number = /^sensor(\d+)/.exec(group)?.[1];
      const reader = readGroup(config.file, group);
      return number !== undefined && (reader.boolean('enable') || reader.flag('enable')) ? [Number(number)] : [];
    }),
  );
  const sources = enabledSources(app, collected);
  const count = sources.reduce((sum, source) => sum + source.streams, 0);
  const numbers = newApi ? Array.from({ length: count }, (_, i) => i) : sources.map(({ number }) => number);
  const missing = [...new Set(numbers)].filter((number) => !described.has(number));
  if (missing.length > 0) {
    const groups = missing.map((number) => `[sensor${number}]`).join(', ');
    const shown = groups.length > 120 ? `${groups.slice(0, 120)}…` : groups;
    const whose = newApi ? 'the streams, counted from 0' : 'the sources of these numbers';
    const text = `there is no enabled ${shown} for ${whose}: they have no name in messages`;
    yield diagnose('warning', 'sensors-below-sources', { file: config.path, line: 1 }, text);
  }
  const shared = collected.csvSources.filter(({ source }) => source.enabled && source.cameraId === 0);
  const [, second] = shared;
  if (newApi || second === undefined) return;
  const at = { file: second.path, line: second.source.line };
  const text = `${shared.length} sources are camera 0, so all their messages come from one sensor: add a column camera-id`;
  yield diagnose('warning', 'camera-id-shared', at, text);
}
