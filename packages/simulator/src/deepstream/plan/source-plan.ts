import type { DeepStreamVersion } from '@companion/deepstream/message';
import type { AskedSource } from './asked-source.ts';
import type { ConfigFile, Inspection } from './config-file.ts';
import { readRecording, type Recording } from '../recording/recording.ts';
import { StandInError } from '../recording/stand-in-error.ts';
import { fileOfUri } from './files.ts';
import { planError } from './plan-diagnostic.ts';
import { sourceCsv } from './source-csv.ts';
import { sourceGroups } from './source-groups.ts';
import { sourceList } from './source-list.ts';

/** One enabled source that has something to play. */
export interface SourcePlan {
  /** What asks for it in the app config, for example `source0`. */
  readonly group: string;
  /** DeepStream's number of the stream: it counts enabled sources, whatever their groups are called. */
  readonly stream: number;
  /** The number that finds `[sensorN]`: N of `[sourceN]`. */
  readonly camera: number;
  readonly sensorId: string | undefined;
  readonly file: string;
  readonly recording: Recording;
}

/** What the app config makes of its sources. */
export interface PlannedSources {
  readonly sources: readonly SourcePlan[];
  /** How many streams there are, those with nothing to play too. */
  readonly streams: number;
  /** Started without a source, to be given some over REST. */
  readonly waits: boolean;
}

const singleUri = 2;
const severalUris = 3;
const kinds: Readonly<Record<number, string>> = { 1: 'a V4L2 camera', 4: 'an RTSP camera', 5: 'a CSI camera' };

/** Plans the enabled sources. One that no recording can be played for becomes a note, and sends nothing. */
export function planSources(
  app: ConfigFile,
  inspection: Inspection,
  { version, input }: { readonly version: DeepStreamVersion; readonly input: string | undefined },
): PlannedSources {
  const { findings, notes } = inspection;
  const before = findings.length;
  const { asked, waits } =
    app.has('source-list') && app.format === 'keyfile'
      ? sourceList(app, inspection, version)
      : {
          asked: app.format === 'yaml' ? sourceCsv(app, inspection) : sourceGroups(app, inspection, input),
          waits: false,
        };
  if (waits) notes.push('waits for streams over REST: the stand-in has no REST server, so nothing is sent');
  const none = { sources: [], streams: 0, waits };
  if (findings.length > before || waits) return none;
  if (asked.length === 0) {
    findings.push(planError('CONFIG_BAD', { file: app.path }, 'no source is enabled'));
    return none;
  }
  const sources: SourcePlan[] = [];
  let stream = 0;
  for (const source of asked) {
    const { group, type, uri, count } = source;
    if (type !== singleUri && type !== severalUris) {
      const kind = kinds[type] ?? `type ${type}`;
      notes.push(`[${group}] is ${kind}: there is no video in a stand-in, nothing is sent for it`);
      stream += 1;
      continue;
    }
    if (uri === undefined) {
      findings.push(planError('CONFIG_BAD', { file: app.path }, `[${group}] has no uri`));
      continue;
    }
    for (let index = 0; index < count; index += 1, stream += 1) {
      const plan = planSource({ source, stream, uri: uri.replaceAll('%d', String(index)), app }, inspection);
      if (plan !== undefined) sources.push(plan);
    }
  }
  if (sources.length === 0 && findings.length === 0) {
    findings.push(planError('NOTHING_TO_PLAY', { file: app.path }, `no source has a recording; ${notes.join('; ')}`));
  }
  return { sources, streams: stream, waits };
}

interface Asked {
  readonly source: AskedSource;
  readonly stream: number;
  readonly uri: string;
  readonly app: ConfigFile;
}

function planSource({ source, stream, uri, app }: Asked, inspection: Inspection): SourcePlan | undefined {
  const { files, findings, notes } = inspection;
  const { group, camera, sensorId } = source;
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
    return { group, stream, camera, sensorId, file, recording: readRecording(read.text, recorded) };
  } catch (error) {
    if (!(error instanceof StandInError)) throw error;
    findings.push(planError('RECORDING_BAD', { file: recorded }, error.message));
    return undefined;
  }
}
