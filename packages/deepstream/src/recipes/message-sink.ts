import { readGroup } from '../app-config/group-reader.ts';
import type { ConfigFile } from '../editing/config-file.ts';
import type { CompanionFile, WriteBeside } from './companion-file.ts';
import { findSink, nextSink } from './numbered-sink.ts';
import { checkNumber, setNumber } from './set-number.ts';
import { describeSensors } from './sensor-file.ts';
import { RecipeError } from './recipe-error.ts';
import { requireAppConfig } from './require-app-config.ts';

/** What is left out stays as the config has it. */
export interface MessageSinkOptions {
  /** The output's name in edgeHub's routes; with other adapters, their topic. */
  readonly topic: string;
  /** Minimal by default: one message a frame instead of one an object. */
  readonly payload?: 'full' | 'minimal' | 'protobuf';
  /** The broker adapter. A sink that has it in another directory keeps it; the IoT Edge one by default. */
  readonly library?: string;
  /** `msg-broker-conn-str`; the IoT Edge adapter needs none. */
  readonly connection?: string;
  /** `msg-conv-config`: the names of sensors and places. */
  readonly converterConfig?: string;
  /** One message in so many frames (DeepStream ≥ 6.0). */
  readonly frameInterval?: number;
}

const edgeAdapter = '/opt/nvidia/deepstream/deepstream/lib/libnvds_azure_edge_proto.so';
const payloadTypes = { full: 0, minimal: 1, protobuf: 2 } as const;

/**
 * Sends messages to a topic: the sink of type 6 with this adapter is switched on and set up, or added. Returns its group.
 * The new API crashes and the full schema does not start without a config of the converter: where none is named, one goes to
 * `writeBeside`; without that, the recipe refuses.
 */
export function setMessageSink(config: ConfigFile, options: MessageSinkOptions, writeBeside?: WriteBeside): string {
  requireAppConfig(config);
  const { topic, payload = 'minimal', library = edgeAdapter, connection, converterConfig, frameInterval } = options;
  if (frameInterval !== undefined) checkNumber('the frame interval', frameInterval, 1, 2 ** 31 - 1);
  const adapter = baseName(library);
  const found = findSink(config, 6, (group) => baseName(config.get(group, 'msg-broker-proto-lib') ?? '') === adapter);
  const group = found ?? nextSink(config);
  // With disable-msgconv the shared converter decides the form.
  const converter = readGroup(config, group).flag('disable-msgconv') ? 'message-converter' : group;
  const beside = missingDescription(config, converter, options);
  if (beside !== undefined && writeBeside === undefined) {
    throw new RecipeError('converter-config-missing', 'such messages need a msg-conv-config: name one');
  }

  setNumber(config, group, 'enable', 1);
  if (found === undefined) {
    setNumber(config, group, 'type', 6);
    config.set(group, 'msg-broker-proto-lib', library);
  }
  if (converter !== group) setNumber(config, converter, 'enable', 1);
  setNumber(config, converter, 'msg-conv-payload-type', payloadTypes[payload]);
  const set = (where: string, key: string, value: string | undefined) => {
    if (value !== undefined && config.get(where, key) !== value) config.set(where, key, value);
  };
  set(converter, 'msg-conv-config', converterConfig);
  set(group, 'msg-broker-conn-str', connection);
  set(group, 'topic', topic);
  if (frameInterval !== undefined) {
    // Only the newer way of making payloads looks at the interval.
    setNumber(config, converter, 'msg-conv-msg2p-new-api', 1);
    setNumber(config, converter, 'msg-conv-frame-interval', frameInterval);
  }
  if (beside !== undefined) {
    config.set(converter, 'msg-conv-config', beside.path);
    writeBeside?.(beside);
  }
  return group;
}

/** A description of the sensors, where messages of that kind need one and nothing describes them. */
function missingDescription(
  config: ConfigFile,
  converter: string,
  { payload, converterConfig, frameInterval }: MessageSinkOptions,
): CompanionFile | undefined {
  const reader = readGroup(config, converter);
  const described = converterConfig ?? reader.text('msg-conv-config') ?? reader.text('msg-conv-msg2p-lib');
  const key = 'msg-conv-msg2p-new-api';
  const newApi = frameInterval !== undefined || reader.boolean(key) || reader.flag(key);
  const needed = described === undefined && (newApi || payload === 'full');
  return needed ? describeSensors(config, { newApi }) : undefined;
}

function baseName(path: string) {
  return path.slice(path.lastIndexOf('/') + 1);
}
