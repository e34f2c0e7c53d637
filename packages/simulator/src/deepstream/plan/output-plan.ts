import { openConfig } from './config-file.ts';
import type { ConfigFile, Inspection } from './config-file.ts';
import { planError } from './plan-diagnostic.ts';

/** One enabled message sink. */
export interface OutputPlan {
  /** The app config's group, for example `sink1`. */
  readonly group: string;
  /** The Azure adapter takes the topic for the module output's name. */
  readonly topic: string;
  /** `full` is one message an object, `minimal` one message a frame. */
  readonly schema: 'full' | 'minimal';
  /** nvmsgconv's file, which names the sensors; undefined where there is none. */
  readonly describes: ConfigFile | undefined;
}

const messages = 6;
const schemas: Readonly<Record<number, OutputPlan['schema']>> = { 0: 'full', 1: 'minimal' };

/** Plans the enabled type-6 sinks. None is not an error: then nothing is sent, as with the real app. */
export function planOutputs(app: ConfigFile, inspection: Inspection): OutputPlan[] {
  const sinks = app.numbered('sink').filter(({ group }) => app.integer(group, 'enable', 0) !== 0);
  const outputs = sinks.filter(({ group }) => app.integer(group, 'type', 0) === messages);
  if (outputs.length === 0) inspection.notes.push('no sink of type 6 is enabled: no message is sent');
  return outputs.flatMap(({ group }) => planOutput(app, group, inspection) ?? []);
}

function planOutput(app: ConfigFile, group: string, inspection: Inspection): OutputPlan | undefined {
  const { findings } = inspection;
  const topic = app.text(group, 'topic');
  if (topic === undefined) {
    findings.push(planError('CONFIG_BAD', { file: app.path }, `[${group}] has no topic`));
    return undefined;
  }
  // A sink either converts by itself or leaves it to the one converter that all such sinks share.
  const converter = app.integer(group, 'disable-msgconv', 0) === 0 ? group : 'message-converter';
  const payloadType = app.integer(converter, 'msg-conv-payload-type', 0);
  const schema = schemas[payloadType];
  if (schema === undefined) {
    const reason = `[${converter}] msg-conv-payload-type=${payloadType}: the stand-in writes 0 and 1 only`;
    findings.push(planError('UNSUPPORTED', { file: app.path }, reason));
    return undefined;
  }
  const describedBy = app.file(converter, 'msg-conv-config');
  if (describedBy === undefined) return { group, topic, schema, describes: undefined };
  const describes = openConfig(inspection, describedBy);
  return describes && { group, topic, schema, describes };
}
