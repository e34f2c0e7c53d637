import type { ConfigFile, Inspection } from './config-file.ts';
import { readRecording, type Recording } from '../recording/recording.ts';
import { StandInError } from '../recording/stand-in-error.ts';
import { fileOfUri } from './files.ts';
import { planError } from './plan-diagnostic.ts';

/** One enabled source that has something to play. */
export interface SourcePlan {
  /** The app config's group, for example `source0`. */
  readonly group: string;
  /** DeepStream's number of the stream: it counts enabled sources, whatever their groups are called. */
  readonly stream: number;
  readonly file: string;
  readonly recording: Recording;
}

const singleUri = 2;
const severalUris = 3;
const kinds: Readonly<Record<number, string>> = { 1: 'a V4L2 camera', 4: 'an RTSP camera', 5: 'a CSI camera' };

/** Plans the enabled sources. One that no recording can be played for becomes a note, and sends nothing. */
export function planSources(app: ConfigFile, inspection: Inspection): SourcePlan[] {
  const { findings, notes } = inspection;
  const enabled = app.numbered('source').filter(({ group }) => app.integer(group, 'enable', 0) !== 0);
  if (enabled.length === 0) {
    findings.push(planError('CONFIG_BAD', { file: app.path }, 'no source is enabled'));
    return [];
  }
  const sources: SourcePlan[] = [];
  let stream = 0;
  for (const { group } of enabled) {
    const type = app.integer(group, 'type', 0);
    if (type !== singleUri && type !== severalUris) {
      const kind = kinds[type] ?? `type ${type}`;
      notes.push(`[${group}] is ${kind}: there is no video in a stand-in, nothing is sent for it`);
      stream += 1;
      continue;
    }
    const uri = app.text(group, 'uri');
    if (uri === undefined) {
      findings.push(planError('CONFIG_BAD', { file: app.path }, `[${group}] has no uri`));
      continue;
    }
    const count = type === severalUris ? app.integer(group, 'num-sources', 1) : 1;
    for (let index = 0; index < count; index += 1, stream += 1) {
      const plan = planSource({ group, stream, uri: uri.replaceAll('%d', String(index)), app }, inspection);
      if (plan !== undefined) sources.push(plan);
    }
  }
  if (sources.length === 0 && findings.length === 0) {
    findings.push(planError('NOTHING_TO_PLAY', { file: app.path }, `no source has a recording; ${notes.join('; ')}`));
  }
  return sources;
}

interface Asked {
  readonly group: string;
  readonly stream: number;
  readonly uri: string;
  readonly app: ConfigFile;
}

function planSource({ group, stream, uri, app }: Asked, inspection: Inspection): SourcePlan | undefined {
  const { files, findings, notes } = inspection;
  const file = fileOfUri(files, app.path, uri);
  if (file === undefined) {
    notes.push(
      `[${group}] ${uri.replace(/\?.*/, '')} is not a file: there is no video in a stand-in, nothing is sent for it`,
    );
    return undefined;
  }
  if (files.size(file) === undefined) {
    findings.push(planError('STREAM_MISSING', { file }, `stream of [${group}]: no such file`));
    return undefined;
  }
  const recorded = `${file.replace(/\.[^./]*$/, '')}.detections.jsonl`;
  if (files.size(recorded) === undefined) {
    notes.push(`[${group}] ${file} has no recorded detections beside it (${recorded}): nothing is sent for it`);
    return undefined;
  }
  const read = files.read(recorded);
  try {
    if ('reason' in read) throw new StandInError('RECORDING_BAD', { file: recorded, line: 1 }, read.reason);
    return { group, stream, file, recording: readRecording(read.text, recorded) };
  } catch (error) {
    if (!(error instanceof StandInError)) throw error;
    findings.push(planError('RECORDING_BAD', { file: recorded }, error.message));
    return undefined;
  }
}
