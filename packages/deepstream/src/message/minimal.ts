import type { Detection, Frame } from './frame.ts';
import { readMinimalObject } from './minimal-object.ts';
import { reject } from './tally.ts';
import type { Tally } from './tally.ts';
import { parseTimestamp } from './timestamp.ts';

/** A parsed message of the minimal schema (msg-conv-payload-type=1). */
export interface MinimalMessage {
  readonly id?: unknown;
  readonly '@timestamp'?: unknown;
  readonly sensorId: string | null;
  readonly objects: readonly unknown[];
}

/** Whether a JSON object is a message of the minimal schema. `sensorId` is null where json-glib was given none. */
export function isMinimal(value: object): value is MinimalMessage {
  const { sensorId, objects } = value as Partial<MinimalMessage>;
  return (typeof sensorId === 'string' || sensorId === null) && Array.isArray(objects);
}

/** Reads a message of the minimal schema; undefined where it has objects and none of them can be read. */
export function readMinimal(message: MinimalMessage, tally: Tally): Frame | undefined {
  const detections: Detection[] = [];
  const objects = message.objects;
  let bad = 0;
  for (const object of objects) {
    const detection = typeof object === 'string' ? readMinimalObject(object, tally) : null;
    if (detection !== null) detections.push(detection);
    else if (!isDummy(object)) bad += 1;
  }
  for (let i = 0; i < bad; i += 1)
    reject(tally, 'bad-object', () => 'an entry of "objects" is not id|left|top|right|bottom|label');
  if (bad > 0 && detections.length === 0) return undefined;
  const stamp = message['@timestamp'];
  return {
    schema: 'minimal',
    sensor: message.sensorId ?? '',
    timeMs: typeof stamp === 'string' ? parseTimestamp(stamp) : null,
    frameNumber: readFrameNumber(message.id, tally),
    detections,
  };
}

/** Objects of type DUMMY carry no box, only sections of the whole frame: "" or, with an embedding, `|#|embedding|…`. */
function isDummy(object: unknown) {
  return typeof object === 'string' && (object === '' || object.startsWith('|#|') || object.startsWith('#|'));
}

/** The frame number is a number up to 6.0 and a string from 6.1 on. */
function readFrameNumber(id: unknown, tally: Tally): string | null {
  if (typeof id === 'string') return /^\d+$/.test(id) ? id : null;
  if (typeof id !== 'number') return null;
  if (Number.isSafeInteger(id) && id >= 0) return String(id);
  tally.droppedNumbers += 1;
  return null;
}
