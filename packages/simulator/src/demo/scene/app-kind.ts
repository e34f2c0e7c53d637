import { appConfig, demoMessageConfig, messageConfig } from './demo-configs.ts';

/**
 * Ways to write the demo's app config: a key file with `[source0]`, YAML with a CSV file, `[source-list]`, a sink with the
 * new API (empty frames are told), and one that sends protobuf (whose confidence is 0 up to 7.0).
 */
export const demoAppKinds = ['keyfile', 'yaml', 'source-list', 'new-api', 'protobuf'] as const;
export type DemoAppKind = (typeof demoAppKinds)[number];

/** The app configuration inside the config artifact. */
export function demoAppConfig(kind: DemoAppKind): string {
  return `test5_config_carpark.${kind === 'yaml' ? 'yml' : 'txt'}`;
}

/** The files of the config artifact, by their names. */
export function configFiles(kind: DemoAppKind): Readonly<Record<string, string>> {
  const common = { [demoAppConfig(kind)]: written(kind), [demoMessageConfig]: messageConfig() };
  return kind === 'yaml' ? { ...common, [sourcesFile]: sourcesCsv } : common;
}

const sourcesFile = 'sources_carpark.csv';
const sourcesCsv = `enable,type,uri,num-sources,gpu-id,camera-id
1,3,file://../../streams/yard/yard.y4m,1,0,0
`;

/** The group of the only camera. */
const source = /\[source0\][^]*?(?=\n\n\[)/;

function written(kind: DemoAppKind): string {
  switch (kind) {
    case 'keyfile':
      return appConfig();
    case 'yaml':
      return yamlOf(appConfig().replace(source, `[source]\ncsv-file-path=${sourcesFile}`));
    case 'source-list':
      return appConfig().replace(source, sourceList);
    case 'new-api':
      // At ten frames a second every frame can be told.
      return appConfig().replace(payload, `$&\nmsg-conv-msg2p-new-api=1\nmsg-conv-frame-interval=1`);
    case 'protobuf':
      return appConfig().replace(payload, 'msg-conv-payload-type=2');
  }
}

const payload = 'msg-conv-payload-type=1';

const sourceList = `[source-list]
num-source-bins=1
list=file://../../streams/yard/yard.y4m
sensor-id-list=Yard
sensor-name-list=Yard

[source-attr-all]
enable=1
type=3
num-sources=1
gpu-id=0`;

/** A key file as YAML: groups are maps, and lists stay texts with semicolons in them, as DeepStream wants them. */
function yamlOf(keyFile: string): string {
  return keyFile
    .split('\n')
    .map((line) => line.replace(/^\[(.*)\]$/, '$1:').replace(/^([\w-]+)=(.*)$/, '  $1: $2'))
    .map((line) => line.replace(/^# (?=\d)/, '  # '))
    .join('\n');
}
