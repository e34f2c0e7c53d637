/*
 * Recordings of ours with the shapes that real ones have, so that tests don't need anybody's data: of a yard in the
 * minimal schema, and of a garage in the full schema, as apps send it that know their parking spots.
 */
import { createRandom } from './random.ts';

/**
 * An array of messages, pretty-printed, of the minimal schema. A car stands at [409, 351, 544, 465] of sensor Yard for
 * two seconds, and people walk by; among it are a mangled track id, a stamp of 1970, one id twice in a frame, a label
 * that changes for a frame, and another sensor.
 */
export function yardRecording(): string {
  const startMs = Date.UTC(2026, 2, 3, 7, 30, 0, 250);
  const message = (n: number, afterMs: number | undefined, sensorId: string, ...objects: string[]) => ({
    version: '4.0',
    id: 900 + n,
    '@timestamp': new Date(afterMs === undefined ? 0 : startMs + afterMs).toISOString(),
    sensorId,
    objects,
  });
  const messages = [
    message(0, 0, 'Yard', 'e-05|411|352|543|464|Car', '71|410|351|543|465|Car'),
    message(1, undefined, 'Yard', '70|409|351|544|465|Car', '71|410|351|543|465|Car', '71|410|351|543|465|Person'),
    message(2, 840, 'Yard', '70|410|351|546|461|Car'),
    message(3, 1_390, 'House', '70|413|354|545|464|Person'),
    message(4, 1_520, 'House', '70|412|355|548|463|Person', '71|412|355|548|463|Person', '72|412|355|548|463|Person'),
    message(5, 1_980, 'Yard', '70|407|351|547|466|Person'),
    message(6, 2_060, 'Yard', '70|413|351|546|465|Car'),
    message(7, 2_150, 'Yard', '70|410|351|550|465|Car'),
    message(8, 2_210, 'Yard', '70|407|351|551|471|Car'),
  ];
  return JSON.stringify(messages, undefined, 2);
}

/** When the car of the yard came to stand. */
export const yardParked = '2026-03-03T07:30:00.250Z';

/**
 * Messages of the full schema, a line each: moving vehicles of many sensors, and now and then one that parks or leaves a
 * spot with a name, which may be said twice. Some moving ones are older than the newest of their sensor. The same seed
 * makes the same.
 */
export function garageRecording(seed: number, { messages = 600 } = {}): readonly string[] {
  const random = createRandom(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const occupied = new Set<number>();
  let nowMs = Date.UTC(2026, 2, 3, 8);
  return Array.from({ length: messages }, (_, n) => {
    nowMs += below(1_000);
    const sensor = `P1-CAM-${below(20)}`;
    const spot = below(12);
    const change = n % 12 === 5;
    // One in four says again what was said before.
    if (change && below(4) > 0 && !occupied.delete(spot)) occupied.add(spot);
    const type = change ? (occupied.has(spot) ? 'parked' : 'empty') : 'moving';
    const lateMs = !change && below(30) === 0 ? below(2_000) : 0;
    return fullMessage({
      sensor,
      timeMs: nowMs - lateMs,
      type,
      spot: change ? `P1-PS-${spot}` : undefined,
      left: below(600),
    });
  });
}

interface FullMessage {
  readonly sensor: string;
  readonly timeMs: number;
  readonly type: 'moving' | 'parked' | 'empty';
  readonly spot: string | undefined;
  readonly left: number;
}

/** As Python's encoder writes it, with blanks behind commas and colons. */
function fullMessage({ sensor, timeMs, type, spot, left }: FullMessage): string {
  const place = spot === undefined ? { aisle: place3d('Lane 1') } : { parkingSpot: { ...place3d('Spot'), id: spot } };
  const point = { lat: 0, lon: 0, alt: 0 };
  const message = {
    messageid: `${sensor}-${timeMs}`,
    mdsversion: '1.0',
    '@timestamp': new Date(timeMs).toISOString(),
    place: { id: '1', name: 'garage', type: 'building/garage', location: point, ...place },
    sensor: { id: sensor, type: 'Camera', description: 'Camera', location: point, coordinate: { x: 0, y: 0, z: 0 } },
    analyticsModule: { id: '', description: '', source: '', version: '1.0' },
    object: {
      id: `^S${sensor}_^O1`,
      speed: 0,
      direction: 315.25,
      orientation: 315.25,
      vehicle: { make: 'UNKNOWN', model: 'UNKNOWN', color: 'UNKNOWN', confidence: 0, license: '', type: 'UNKNOWN' },
      bbox: { topleftx: left, toplefty: 26, bottomrightx: left + 104, bottomrighty: 67 },
      location: { lat: 30.25, lon: -40.5, alt: 100 },
      coordinate: { x: -52.33, y: -52.58, z: 0 },
      signature: [1, 2, 2.1],
    },
    event: { id: `${timeMs}`, type },
    videoPath: '',
  };
  return JSON.stringify(message, undefined, 1).replace(/\n\s*/g, ' ');
}

function place3d(name: string) {
  return { id: name, name, level: 'P1', coordinate: { x: 1, y: 2, z: 3 } };
}
