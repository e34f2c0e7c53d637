import type { ConfigFile } from '../editing/config-file.ts';
import { numberedGroups, readGroup } from './group-reader.ts';
import type { GroupReader } from './group-reader.ts';
import { isPipeline } from './service-maker.ts';
import type { Section, Source } from './source.ts';
import { readSources, sizeOf } from './sources.ts';

/** What a config file is for, by its groups. */
export type ConfigKind = 'app' | 'nvinfer' | 'msgconv' | 'tracker' | 'service-maker' | 'ds3d' | 'other';

/** `[source-list]`. */
export interface SourceList extends Pick<Section, 'group' | 'line'> {
  /** Sources can be added by REST; batches are as large as `maxBatchSize` then, whatever the groups say. */
  readonly multi: boolean;
  readonly maxBatchSize: number | undefined;
  readonly propagatesErrors: boolean;
  /** Its own broker adapter, for errors. */
  readonly brokerLibrary: string | undefined;
}

/** `[sinkN]`. */
export interface Sink extends Section {
  readonly number: number;
  /** 1 fake, 2 display, 3 file, 4 RTSP, 5 overlay or DRM, 6 message converter and broker. */
  readonly type: number | undefined;
  /** For type 4, with DeepStream's defaults. */
  readonly ports: { readonly rtsp: number; readonly udp: number } | undefined;
  /** For type 6. */
  readonly message: MessageSink | undefined;
}

/** What a message sink sends where. */
export interface MessageSink {
  /** 0 full, 1 minimal, 2 protobuf, 257 custom. */
  readonly payloadType: number;
  readonly converterConfig: string | undefined;
  readonly brokerLibrary: string | undefined;
  readonly connection: string | undefined;
  /** The output's name with the IoT Edge adapter. */
  readonly topic: string | undefined;
  /** Whether `[message-converter]` makes the messages. */
  readonly sharesConverter: boolean;
  /** `msg-conv-msg2p-new-api`: messages of every frame, boxes in streammux pixels, sensors by the stream's place. */
  readonly newApi: boolean;
}

/** `[primary-gie]` or `[secondary-gieN]`; what is undefined stands in nvinfer's own config. */
export interface Gie extends Section {
  readonly configFile: string | undefined;
  /** 0 nvinfer, 1 nvinferserver. */
  readonly plugin: number;
  readonly uniqueId: number | undefined;
  readonly operateOn: number | undefined;
  readonly batchSize: number | undefined;
  readonly interval: number | undefined;
  readonly gpuId: number | undefined;
  readonly engine: string | undefined;
  readonly labels: string | undefined;
}

/** `[tracker]`. */
export interface Tracker extends Section {
  readonly library: string | undefined;
  readonly configFile: string | undefined;
}

/** `[streammux]`. */
export interface Streammux extends Section {
  readonly batchSize: number | undefined;
  readonly live: boolean;
  readonly size: { readonly width: number; readonly height: number } | undefined;
}

/** `[tiled-display]`. */
export interface TiledDisplay extends Section {
  readonly rows: number | undefined;
  readonly columns: number | undefined;
}

/** `[message-converter]`: one converter for several message sinks. */
export interface MessageConverter extends Section {
  readonly configFile: string | undefined;
  readonly payloadType: number;
  readonly newApi: boolean;
}

/** A config of deepstream-app or test5, typed. Sections that the file does not have are undefined. */
export interface AppConfig {
  readonly path: string;
  readonly file: ConfigFile;
  readonly sources: readonly Source[];
  readonly sourceList: SourceList | undefined;
  /** `[source] csv-file-path`, whose rows then are the sources; as it stands. */
  readonly sourceCsv: { readonly path: string; readonly line: number } | undefined;
  readonly sinks: readonly Sink[];
  readonly streammux: Streammux | undefined;
  readonly tiledDisplay: TiledDisplay | undefined;
  readonly primaryGies: readonly Gie[];
  readonly secondaryGies: readonly Gie[];
  readonly tracker: Tracker | undefined;
  readonly messageConverter: MessageConverter | undefined;
  readonly tests: { readonly fileLoop: boolean };
}

/** Tells a config's kind from its groups. */
export function configKind(file: ConfigFile): ConfigKind {
  const groups = file.groups();
  const has = (...names: string[]) => names.some((name) => groups.includes(name));
  if (isPipeline(file)) return 'service-maker';
  // Of deepstream-nmos, which takes its streams from the network.
  if (has('nmos')) return 'other';
  if (file.get('', 'type')?.startsWith('ds3d::') === true) return 'ds3d';
  if (
    has('property') &&
    file
      .keys('property')
      .some((key) =>
        /^(?:net-scale-factor|gie-unique-id|network-mode|network-type|onnx-file|model-engine-file|process-mode|num-detected-classes)$/.test(
          key,
        ),
      )
  ) {
    return 'nvinfer';
  }
  const sources =
    numberedGroups(file, 'source').length > 0 || has('source-list') || file.keys('source').includes('csv-file-path');
  if (sources || (has('application') && has('streammux', 'primary-gie', 'tiled-display', 'sink0'))) return 'app';
  if (has('BaseConfig', 'TargetManagement', 'NvDCF', 'DataAssociator', 'StateEstimator')) return 'tracker';
  return has('sensor0', 'place0', 'analytics0') ? 'msgconv' : 'other';
}

/** Reads the sections of an app config. What makes no sense in it is for `checkAppConfig` to say. */
export function readAppConfig(path: string, file: ConfigFile): AppConfig {
  const groups = file.groups();
  const optional = <T>(group: string, read: (reader: GroupReader) => T): T | undefined =>
    groups.includes(group) ? read(readGroup(file, group)) : undefined;
  const csv = readGroup(file, 'source');
  const csvPath = csv.text('csv-file-path');
  return {
    path,
    file,
    sources: readSources(file),
    sourceList: optional('source-list', (group) => ({
      ...placeOf(group),
      multi: group.boolean('use-nvmultiurisrcbin'),
      maxBatchSize: group.integer('max-batch-size'),
      propagatesErrors: group.boolean('enable-error-propagation'),
      brokerLibrary: group.text('proto-lib'),
    })),
    sourceCsv: csvPath === undefined ? undefined : { path: csvPath, line: csv.lineOf('csv-file-path') },
    sinks: numberedGroups(file, 'sink').map(({ group, number }) => readSink(readGroup(file, group), number)),
    streammux: optional('streammux', (group) => ({
      ...placeOf(group),
      enabled: true,
      batchSize: group.integer('batch-size'),
      live: group.flag('live-source'),
      size: sizeOf(group, 'width', 'height'),
    })),
    tiledDisplay: optional('tiled-display', (group) => ({
      ...placeOf(group),
      enabled: group.flag('enable'),
      rows: group.integer('rows'),
      columns: group.integer('columns'),
    })),
    primaryGies: numberedGroups(file, 'primary-gie', { bare: true }).map(({ group }) =>
      readGie(readGroup(file, group)),
    ),
    secondaryGies: numberedGroups(file, 'secondary-gie').map(({ group }) => readGie(readGroup(file, group))),
    tracker: optional('tracker', (group) => ({
      ...placeOf(group),
      enabled: group.flag('enable'),
      library: group.text('ll-lib-file'),
      configFile: group.text('ll-config-file'),
    })),
    messageConverter: optional('message-converter', (group) => ({
      ...placeOf(group),
      enabled: group.flag('enable'),
      configFile: group.text('msg-conv-config'),
      payloadType: group.integer('msg-conv-payload-type') ?? 0,
      newApi: isNewApi(group),
    })),
    tests: { fileLoop: readGroup(file, 'tests').flag('file-loop') },
  };
}

function placeOf({ group, line }: GroupReader): Pick<Section, 'group' | 'line'> {
  return { group, line };
}

function isNewApi(group: GroupReader): boolean {
  // A YAML config has a number there.
  return group.boolean('msg-conv-msg2p-new-api') || group.flag('msg-conv-msg2p-new-api');
}

function readSink(group: GroupReader, number: number): Sink {
  const type = group.integer('type');
  return {
    ...placeOf(group),
    enabled: group.flag('enable'),
    number,
    type,
    ports:
      type === 4 ? { rtsp: group.integer('rtsp-port') ?? 8554, udp: group.integer('udp-port') ?? 5000 } : undefined,
    message:
      type === 6
        ? {
            payloadType: group.integer('msg-conv-payload-type') ?? 0,
            converterConfig: group.text('msg-conv-config'),
            brokerLibrary: group.text('msg-broker-proto-lib'),
            connection: group.text('msg-broker-conn-str'),
            topic: group.text('topic'),
            sharesConverter: group.flag('disable-msgconv'),
            newApi: isNewApi(group),
          }
        : undefined,
  };
}

function readGie(group: GroupReader): Gie {
  return {
    // Apps that know only `config-file-path` have no `enable`.
    ...placeOf(group),
    enabled: (group.integer('enable') ?? (group.text('config-file-path') === undefined ? 0 : 1)) !== 0,
    configFile: group.text('config-file') ?? group.text('config-file-path'),
    plugin: group.integer('plugin-type') ?? 0,
    uniqueId: group.integer('gie-unique-id') ?? group.integer('unique-id'),
    operateOn: group.integer('operate-on-gie-id'),
    batchSize: group.integer('batch-size'),
    interval: group.integer('interval'),
    gpuId: group.integer('gpu-id'),
    engine: group.text('model-engine-file'),
    labels: group.text('labelfile-path'),
  };
}
