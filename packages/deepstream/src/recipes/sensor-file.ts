import { readAppConfig } from '../app-config/app-config.ts';
import { readGroup } from '../app-config/group-reader.ts';
import type { ConfigFile } from '../editing/config-file.ts';
import type { CompanionFile } from './companion-file.ts';

/** Where the described sensors go that no file describes yet. */
const sensorFile = 'msgconv_sensors.txt';

/**
 * A config of the message converter with a `[sensorN]` for each source. The ids are what messages have without such a
 * file: the number of the source. With the new API N is the stream's place, otherwise the source's number.
 */
export function describeSensors(config: ConfigFile, { newApi }: { readonly newApi: boolean }): CompanionFile {
  const groups = sensorsOf(config, newApi).map(
    ([number, id]) => `[sensor${number}]\nenable=1\ntype=Camera\nid=${id}\n`,
  );
  return { path: sensorFile, text: groups.join('\n'), isNew: true };
}

function sensorsOf(config: ConfigFile, newApi: boolean): readonly (readonly [number: number, id: string])[] {
  const sources = readAppConfig('', config).sources.filter(({ enabled }) => enabled);
  const listed = config.list('source-list', 'sensor-id-list');
  const idOf = (number: number) => listed[number] ?? String(number);
  // A table of sources stands in another file; streammux says how many there are.
  if (sources.length === 0) {
    const count = Math.max(1, readGroup(config, 'streammux').integer('batch-size') ?? 1);
    return Array.from({ length: count }, (_, i) => [i, idOf(i)]);
  }
  if (!newApi) return [...new Set(sources.map(({ number }) => number))].map((number) => [number, idOf(number)]);
  // A source of type 3 that opens several streams has the further ones behind all sources.
  const further = sources.flatMap(({ number, streams }) =>
    Array.from({ length: streams - 1 }, (_, i) => `${idOf(number)}-${i + 1}`),
  );
  return [...sources.map(({ number }) => idOf(number)), ...further].map((id, i) => [i, id]);
}
