import type { Detection, Frame } from './frame.ts';
import { printJson } from './json-glib.ts';
import type { Double, GlibJson } from './json-glib.ts';
import { formatTimestamp } from './timestamp.ts';
import { untracked } from './track-id.ts';

/** A `[placeN]` group of the message converter's config. */
export interface FullPlace {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}

/** What a message of the full schema holds besides what was seen. */
export interface FullEnvelope {
  /** Gives the ids of messages and events; DeepStream uses random UUIDs. */
  readonly uuid: () => string;
  /** Without one, `place` is null, as it is without such a group; a `parkingSpot` brings a nameless one. */
  readonly place?: FullPlace;
  /** `[sensorN] description`. */
  readonly sensorDescription?: string;
}

type Members = Record<string, GlibJson>;

function double(value: number): Double {
  return { double: value };
}
const emptyLocation = { lat: double(0), lon: double(0), alt: double(0) };
const emptyCoordinate = { x: double(0), y: double(0), z: double(0) };

/**
 * Writes a frame in the full schema as DeepStream's converter does: pretty-printed, one message a detection, boxes cut
 * off to integers. Not held: the frame number, and labels that are members' names (`bbox`, `pose`, …).
 */
export function encodeFull(frame: Omit<Frame, 'schema' | 'frameNumber'>, envelope: FullEnvelope): string[] {
  return frame.detections.map((detection) =>
    printJson({
      messageid: envelope.uuid(),
      mdsversion: '1.0',
      '@timestamp': frame.timeMs === null ? null : formatTimestamp(frame.timeMs),
      place: place(detection, envelope.place),
      sensor: {
        id: frame.sensor,
        type: 'Camera',
        description: envelope.sensorDescription ?? '',
        location: emptyLocation,
        coordinate: emptyCoordinate,
      },
      analyticsModule: null,
      object: object(detection),
      event: event(detection, envelope.uuid()),
      videoPath: '',
    }),
  );
}

/** The part of the place depends on the event: an aisle to drive in, a spot to park on, an entrance to come through. */
function place({ eventType, parkingSpot, label }: Detection, known: FullPlace | undefined): GlibJson {
  if (known === undefined && parkingSpot === undefined) return null;
  const { id, name, type } = known ?? { id: '', name: '', type: '' };
  const members: Members = { id, name, type, location: emptyLocation };
  const through = eventType === 'entry' || eventType === 'exit';
  if (parkingSpot !== undefined) {
    members['parkingSpot'] = { id: parkingSpot, type: '', level: '', coordinate: emptyCoordinate };
  } else if (eventType === 'moving' || eventType === 'stopped' || (through && label === 'vehicle')) {
    members['aisle'] = { id: '', name: '', level: '', coordinate: emptyCoordinate };
  } else if (through) {
    members['entrance'] = { name: '', lane: '', level: '', coordinate: emptyCoordinate };
  }
  return members;
}

function object({ trackId, label, box, confidence }: Detection): GlibJson {
  const members: Members = { id: trackId ?? untracked, speed: double(0), direction: double(0), orientation: double(0) };
  // defineProperty: a label may be anything, `__proto__` too.
  Object.defineProperty(members, label, {
    value: attributes(label, confidence),
    enumerable: true,
    configurable: true,
    writable: true,
  });
  if (box !== null) {
    members['bbox'] = {
      topleftx: Math.trunc(box.left),
      toplefty: Math.trunc(box.top),
      bottomrightx: Math.trunc(box.right),
      bottomrighty: Math.trunc(box.bottom),
    };
  }
  return { ...members, location: emptyLocation, coordinate: emptyCoordinate };
}

/** The attributes of the known types; of other labels the confidence alone, as the metadata path writes it (≥ 6.0). */
function attributes(label: string, confidence: number | null): GlibJson {
  const certainty = { confidence: double(confidence ?? -0.1) };
  switch (label) {
    case 'vehicle':
      return { type: '', make: '', model: '', color: '', licenseState: '', license: '', ...certainty };
    case 'person':
      return { age: 0, gender: '', hair: '', cap: '', apparel: '', ...certainty };
    default:
      return confidence === null ? {} : certainty;
  }
}

function event({ eventType }: Detection, id: string): GlibJson {
  return eventType === undefined ? { id } : { id, type: eventType };
}
