import {
  readDescriptions,
  type Converter,
  type DeepStreamVersion,
  type Descriptions,
} from '@companion/deepstream/message';
import { openConfig } from './config-file.ts';
import type { ConfigFile, Inspection } from './config-file.ts';
import { planError } from './plan-diagnostic.ts';

/** One enabled message sink. */
export interface OutputPlan {
  /** The app config's group, for example `sink1`. */
  readonly group: string;
  /** The Azure adapter takes the topic for the module output's name. */
  readonly topic: string;
  /** `full` is one message an object, `minimal` and `protobuf` one message a frame. */
  readonly schema: Converter['schema'];
  /** `frames`: `msg-conv-msg2p-new-api`, which tells frames without objects too. */
  readonly path: Converter['path'];
  /** Of `frames`: only frames whose number it divides are told. */
  readonly frameInterval: number;
  /** `msg-conv-dummy-payload`: the first object of each frame is overwritten with nothing. */
  readonly overwritesFirst: boolean;
  /** What nvmsgconv's file says of cameras; undefined where there is no such file. */
  readonly descriptions: Descriptions | undefined;
}

const messages = 6;
const usualFrameInterval = 30;
const schemas: Readonly<Record<number, OutputPlan['schema']>> = { 0: 'full', 1: 'minimal', 2: 'protobuf' };

/** Plans the enabled type-6 sinks. None is not an error: then nothing is sent, as with the real app. */
export function planOutputs(app: ConfigFile, inspection: Inspection, version: DeepStreamVersion): OutputPlan[] {
  const sinks = app.numbered('sink').filter(({ group }) => app.integer(group, 'enable', 0) !== 0);
  const outputs = sinks.filter(({ group }) => app.integer(group, 'type', 0) === messages);
  if (outputs.length === 0) inspection.notes.push('no sink of type 6 is enabled: no message is sent');
  return outputs.flatMap(({ group }) => planOutput({ app, group, version }, inspection) ?? []);
}

interface Asked {
  readonly app: ConfigFile;
  readonly group: string;
  readonly version: DeepStreamVersion;
}

function planOutput({ app, group, version }: Asked, inspection: Inspection): OutputPlan | undefined {
  const { findings, notes } = inspection;
  const refuse = (code: 'CONFIG_BAD' | 'UNSUPPORTED', reason: string): void => {
    findings.push(planError(code, { file: app.path }, reason));
  };
  const topic = app.text(group, 'topic');
  if (topic === undefined) {
    refuse('CONFIG_BAD', `[${group}] has no topic`);
    return undefined;
  }
  // A sink either converts by itself or leaves it to the one converter that all such sinks share.
  const converter = app.integer(group, 'disable-msgconv', 0) === 0 ? group : 'message-converter';
  const payloadType = app.integer(converter, 'msg-conv-payload-type', 0);
  const schema = schemas[payloadType];
  if (schema === undefined || (schema === 'protobuf' && version === '4.0')) {
    const known = version === '4.0' ? '0 and 1' : '0, 1 and 2';
    refuse('UNSUPPORTED', `[${converter}] msg-conv-payload-type=${payloadType}: the stand-in writes ${known} only`);
    return undefined;
  }
  const path = app.flag(converter, 'msg-conv-msg2p-new-api') && version !== '4.0' ? 'frames' : 'events';
  const describedBy = app.pathOf(converter, 'msg-conv-config');
  if (describedBy === undefined && schema === 'full') {
    refuse('CONFIG_BAD', `[${converter}] msg-conv-payload-type=0 needs a msg-conv-config: nvmsgconv does not start`);
    return undefined;
  }
  if (describedBy === undefined && path === 'frames') {
    notes.push(
      `[${converter}] msg-conv-msg2p-new-api=1 without msg-conv-config: crashes at the first frame, as the real one`,
    );
  }
  const overwritesFirst = version === '9.1' && app.flag(converter, 'msg-conv-dummy-payload');
  if (overwritesFirst) notes.push(`[${converter}] msg-conv-dummy-payload=1 overwrites the first object of every frame`);
  const described = describedBy === undefined ? undefined : openConfig(inspection, describedBy);
  if (describedBy !== undefined && described === undefined) return undefined;
  return {
    group,
    topic,
    schema,
    path,
    // 0 is out of the property's range, so it stays as it is (gstnvmsgconv.cpp:281).
    frameInterval: app.integer(converter, 'msg-conv-frame-interval', 0) || usualFrameInterval,
    overwritesFirst,
    descriptions: described === undefined ? undefined : readDescriptions(described.file),
  };
}
