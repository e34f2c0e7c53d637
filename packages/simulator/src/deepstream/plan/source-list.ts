import type { DeepStreamVersion } from '@companion/deepstream/message';
import type { AskedSource } from './asked-source.ts';
import type { ConfigFile, Inspection } from './config-file.ts';
import { planError } from './plan-diagnostic.ts';
import { namedSources } from './source-groups.ts';

/** The sources of `[source-list]`, and whether it starts without any and waits for streams over REST. */
export interface ListedSources {
  readonly asked: readonly AskedSource[];
  readonly waits: boolean;
}

/** What a URI's beginning makes of a source: its type (deepstream_app_config_parser.c:233-266). */
const schemes: readonly (readonly [RegExp, number])[] = [
  [/^file:\/\//, 2],
  [/^rtsps?:\/\//, 4],
  [/^csi:\d+$/, 5],
  [/^usb:\d+$/, 1],
];

/** Reads `[source-list]` with `[source-attr-all]`; what the real parser refuses is a finding. */
export function sourceList(app: ConfigFile, inspection: Inspection, version: DeepStreamVersion): ListedSources {
  const refuse = (reason: string): void => {
    inspection.findings.push(planError('CONFIG_BAD', { file: app.path }, reason));
  };
  const list = app.list('source-list', 'list');
  const ids = app.list('source-list', 'sensor-id-list');
  const names = app.list('source-list', 'sensor-name-list');
  const count = app.integer('source-list', 'num-source-bins', 0);
  const multi = app.flag('source-list', 'use-nvmultiurisrcbin');
  if (version === '4.0') refuse('[source-list] is not in the form [source<%d>]');
  if (!app.has('source-attr-all')) refuse('[source-attr-all] group not present');
  if (count !== list.length) refuse(`[source-list] num-source-bins=${count}, and list has ${list.length} entries`);
  const namesNeeded = version === '7.0' || version === '9.1';
  if (namesNeeded && list.length > 0 && (ids.length !== list.length || names.length !== list.length)) {
    const found = `they have ${ids.length} and ${names.length}`;
    refuse(`[source-list] sensor-id-list and sensor-name-list need ${list.length} entries from 7.0 on; ${found}`);
  }
  for (const group of namedSources(app, inspection)) {
    if (Number(group.slice('source'.length)) >= list.length) refuse(`[${group}]: there is no such entry in the list`);
  }
  const asked = list.flatMap((uri, camera): AskedSource[] => {
    const type = schemes.find(([pattern]) => pattern.test(uri))?.[1];
    if (type === undefined) refuse(`[source-list] URI ${camera} is none of file://, rtsp://, rtsps://, csi:N, usb:N`);
    const sensorId = multi ? ids[camera] : undefined;
    return type === undefined ? [] : [{ group: `source-list ${camera}`, camera, sensorId, type, uri, count: 1 }];
  });
  return { asked, waits: multi && list.length === 0 };
}
