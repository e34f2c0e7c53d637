import { randomUUID } from 'node:crypto';
import { encodeFull, encodeMinimal } from '@companion/deepstream/message';
import type { Detection, FullEnvelope } from '@companion/deepstream/message';
import type { ConfigFile } from '../plan/config-file.ts';
import type { OutputPlan } from '../plan/output-plan.ts';
import type { PlayedFrame } from './player.ts';
import type { RecordedObject } from '../recording/recording.ts';

/** What decides how a frame is told. */
export interface Telling {
  readonly frame: PlayedFrame;
  readonly output: Pick<OutputPlan, 'schema' | 'describes'>;
  /** Without a tracker every object is untracked. */
  readonly tracks: boolean;
  /** test5's `-m`: with 1 it knows cars and people, with 0 it writes labels as they are. */
  readonly modelUsed: number;
}

const resnet4Classes = 1;

/** The messages for a frame, as the message converter would write them: none for a frame without objects. */
export function messagesOf({ frame, output, tracks, modelUsed }: Telling): string[] {
  if (frame.objects.length === 0) return [];
  const { stream } = frame.source;
  const knows = modelUsed === resnet4Classes;
  const told = {
    sensor: described(output.describes, `sensor${stream}`, 'id') ?? '0',
    timeMs: frame.timeMs,
    frameNumber: String(frame.frameNumber),
    detections: frame.objects.map((object) => detection(object, { tracks, knows })),
  };
  if (output.schema === 'minimal') return [encodeMinimal(told)];
  const detections = told.detections.map((seen) => (knows ? classified(seen) : { ...seen, eventType: 'entry' }));
  return encodeFull({ ...told, detections }, envelope(output.describes, stream));
}

/** Up to 7.0 test5 never sets the confidence, and with `-m 1` sends the 0 that it found; 9.1 sends the tracker's. */
function detection(
  { id, label, box: [left, top, right, bottom], confidence }: RecordedObject,
  { tracks, knows }: { readonly tracks: boolean; readonly knows: boolean },
): Detection {
  const box = { left, top, right, bottom };
  return { trackId: tracks ? id : null, label, box, confidence: knows ? 0 : confidence };
}

/** test5 has no parking of its own: every car moves, everybody else enters. */
function classified(seen: Detection): Detection {
  if (seen.label === 'Car') return { ...seen, label: 'vehicle', eventType: 'moving' };
  return { ...seen, label: seen.label === 'Person' ? 'person' : seen.label, eventType: 'entry' };
}

function envelope(describes: ConfigFile | undefined, stream: number): FullEnvelope {
  const place = `place${stream}`;
  const id = described(describes, place, 'id');
  const sensorDescription = described(describes, `sensor${stream}`, 'description');
  return {
    uuid: randomUUID,
    ...(sensorDescription === undefined ? {} : { sensorDescription }),
    ...(id === undefined
      ? {}
      : {
          place: {
            id,
            name: described(describes, place, 'name') ?? '',
            type: described(describes, place, 'type') ?? '',
          },
        }),
  };
}

/** A value of nvmsgconv's file, out of a group that is enabled. */
function described(config: ConfigFile | undefined, group: string, key: string): string | undefined {
  if (config === undefined || config.integer(group, 'enable', 0) === 0) return undefined;
  return config.text(group, key);
}
