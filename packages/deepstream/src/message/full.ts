import type { Box, Detection, Frame } from './frame.ts';
import { confidence, withoutReturn } from './minimal-object.ts';
import type { Tally } from './tally.ts';
import { parseTimestamp } from './timestamp.ts';
import { readTrackId } from './track-id.ts';

type Members = Readonly<Record<string, unknown>>;

/** A parsed message of the full schema (msg-conv-payload-type=0). Parts without a group in the converter's config are null. */
export interface FullMessage {
  readonly '@timestamp'?: unknown;
  readonly place?: unknown;
  readonly sensor: Members | null;
  readonly object: Members;
  readonly event?: unknown;
}

/** Whether a JSON object is a message of the full schema: an object that was seen, and a sensor, if only null. */
export function isFull(value: object): value is FullMessage {
  const { object, sensor } = value as Partial<FullMessage>;
  return isMembers(object) && (sensor === null || isMembers(sensor));
}

/** Reads a message of the full schema, which brings one object, or none where that is the dummy of an empty frame. */
export function readFull(message: FullMessage, tally: Tally): Frame {
  const stamp = message['@timestamp'];
  const sensor = message.sensor?.['id'];
  return {
    schema: 'full',
    sensor: typeof sensor === 'string' ? sensor : '',
    timeMs: typeof stamp === 'string' ? parseTimestamp(stamp) : null,
    frameNumber: null,
    detections: isDummy(message.object) ? [] : [readDetection(message, tally)],
  };
}

/** What `dummy-payload` (9.1) sends for a frame without objects: all zeros, and no label. */
function isDummy(object: Members): boolean {
  if (object['id'] !== '0' || !isMembers(object['bbox'])) return false;
  const { topleftx, toplefty, bottomrightx, bottomrighty } = object['bbox'];
  return (
    topleftx === 0 && toplefty === 0 && bottomrightx === 0 && bottomrighty === 0 && findLabel(object) === undefined
  );
}

function readDetection(message: FullMessage, tally: Tally): Detection {
  const object = message.object;
  const label = findLabel(object);
  const attributes = label === undefined ? undefined : object[label];
  const certainty = isMembers(attributes) ? attributes['confidence'] : undefined;
  const event = isMembers(message.event) ? message.event['type'] : undefined;
  const place = isMembers(message.place) ? message.place['parkingSpot'] : undefined;
  const spot = isMembers(place) ? place['id'] : undefined;
  const detection: { -readonly [K in keyof Detection]: Detection[K] } = {
    trackId: readId(object['id'], tally),
    label: withoutReturn(label ?? ''),
    box: readBox(object['bbox'], tally),
    confidence: typeof certainty === 'number' ? confidence(certainty, tally) : null,
  };
  if (typeof event === 'string') detection.eventType = event;
  if (typeof spot === 'string') detection.parkingSpot = spot;
  return detection;
}

/**
 * The class label is the name of the member that describes the object: `vehicle`, `person`, `face`, `product`, or the
 * label itself. It is the one member with an object for a value that no version has another meaning for. A label that is
 * the name of another member is that member, an object where a number or text should be, or in the label's place.
 */
function findLabel(object: Members): string | undefined {
  for (const name in object) {
    switch (name) {
      case 'id':
      case 'speed':
      case 'direction':
      case 'orientation':
        if (isMembers(object[name])) return name;
        break;
      case 'bbox':
      case 'location':
      case 'coordinate':
      case 'signature':
      case 'maskoutline':
      case 'pose':
      case 'embedding':
      case 'SV3DT':
        break;
      default:
        if (isMembers(object[name])) return name;
    }
  }
  return displacedLabel(object);
}

/** The encoder writes the label behind `orientation`, before `bbox`; a later member of its name takes its place. */
function displacedLabel(object: Members): string | undefined {
  let behind = '';
  for (const name in object) {
    if (behind === 'orientation')
      return name !== 'bbox' && 'bbox' in object && isMembers(object[name]) ? name : undefined;
    behind = name;
  }
  return undefined;
}

/** Ids are strings; converters of other makers write numbers, which hold ids only up to 2⁵³. */
function readId(id: unknown, tally: Tally): string | null {
  if (typeof id === 'string') return readTrackId(id);
  if (typeof id !== 'number') return null;
  if (Number.isSafeInteger(id)) return readTrackId(String(id));
  tally.droppedNumbers += 1;
  return null;
}

/** NaN, infinities and what is too large become −2⁶³ (or 2⁶³ on arm64) where the encoder makes integers of floats. */
const largest = 2 ** 31;

/** A box with all its numbers; without one of them nothing tells where the object is. */
function readBox(bbox: unknown, tally: Tally): Box | null {
  if (!isMembers(bbox)) return null;
  const { topleftx: left, toplefty: top, bottomrightx: right, bottomrighty: bottom } = bbox;
  if (typeof left !== 'number' || typeof top !== 'number' || typeof right !== 'number' || typeof bottom !== 'number') {
    return null;
  }
  if (isPlace(left) && isPlace(top) && isPlace(right) && isPlace(bottom)) return { left, top, right, bottom };
  tally.droppedNumbers += [left, top, right, bottom].filter((value) => !isPlace(value)).length;
  return null;
}

function isPlace(value: number): boolean {
  return value >= -largest && value <= largest;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
