import { existsSync, readFileSync } from 'node:fs';
import { encodeFull, encodeMinimal, type Detection, type Frame, type RejectReason } from '../message/index.ts';

/** A message as text. */
export interface MessageSample {
  readonly id: string;
  readonly raw: string;
  /** Why it can't be read; undefined where it can. */
  readonly reason: RejectReason | undefined;
}

/** A car that drives through a garage, parks and leaves: what the full schema holds of it, a message a moment. */
export function garageRecording(): readonly string[] {
  const spots = ['P1-7', 'P1-8', 'P2-1'];
  return Array.from({ length: 240 }, (_, i) => {
    const phase = i % 12 === 5 ? 'parked' : i % 12 === 9 ? 'empty' : 'moving';
    const x = 100 + (i % 40) * 20;
    const detection: Detection = {
      trackId: `^S${i % 6}_^O${Math.floor(i / 12)}`,
      label: 'vehicle',
      box:
        phase === 'empty'
          ? { left: 0, top: 0, right: 0, bottom: 0 }
          : { left: x, top: 200, right: x + 80, bottom: 250 },
      confidence: phase === 'empty' ? 0 : 0.9,
      eventType: phase,
      ...(phase !== 'moving' && { parkingSpot: spots[i % spots.length] ?? '' }),
    };
    const frame = { sensor: `garage-${i % 6}`, timeMs: Date.UTC(2026, 4, 1, 8) + i * 180, detections: [detection] };
    const [text = ''] = encodeFull(frame, {
      uuid: () => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
      place: { id: '1', name: 'garage', type: 'building' },
    });
    return JSON.stringify(JSON.parse(text));
  });
}

const car: Detection = {
  trackId: '143',
  label: 'Car',
  box: { left: 855.703, top: 285.007, right: 1023.05, bottom: 359.025 },
  confidence: 0.962743,
};
const frame: Omit<Frame, 'schema'> = {
  sensor: 'yard',
  timeMs: Date.UTC(2026, 3, 30, 14, 37, 50, 75),
  frameNumber: '5910',
  detections: [car, { ...car, trackId: null, label: 'Person', confidence: null }],
};
const minimal = encodeMinimal(frame);
const uuid = (): string => '00000000-0000-4000-8000-000000000000';
const [full = ''] = encodeFull({ ...frame, detections: [{ ...car, label: 'vehicle', eventType: 'moving' }] }, { uuid });
const line = (message: object): string => JSON.stringify(message);
const readable: Readonly<Record<string, string>> = {
  minimal: minimal,
  'minimal: one line, as a number the frame': line({ ...(JSON.parse(minimal) as object), id: 1440 }),
  'minimal: the first stamp of an RTSP source': line({
    ...(JSON.parse(minimal) as object),
    '@timestamp': '1970-01-01T00:00:00.000Z',
  }),
  'minimal: nine digits of a second': minimal.replace('.075Z', '.075262000Z'),
  'minimal: an empty sensor and the attributes of a person': line({
    version: '4.0',
    id: '0',
    '@timestamp': '2025-12-25T09:02:45.820Z',
    sensorId: '',
    objects: ['18446744073709551615|1126.77|447.984|1276.23|717.798|Person|#|M|30|black|cap|coat|0.7'],
  }),
  'minimal: a mangled id, a negative one, and one that occurs twice': line({
    version: '4.0',
    id: 4348,
    '@timestamp': '2026-04-29T10:15:22.439Z',
    sensorId: 'yard',
    objects: [
      'e-05|410|351|543|465|Car',
      '-958754206|1|2|3|4|Car|#|||||||0',
      '390|410|351|543|465|Car',
      '390|1|2|3|4|Car',
    ],
  }),
  'minimal: wrapped by Redis, without a stamp': line({
    metadata: line({
      version: '4.0',
      id: '5910',
      sensorId: '0',
      objects: ['177|925.0|264.6|993.6|299.9|bicycle|#|||||||0.66'],
    }),
  }),
  'minimal: indented, with a line break at the end': `     ${minimal}\n`,
  full: full,
  'full: an untracked object and a sentinel of no confidence': full
    .replace('"id" : "143"', '"id" : "-1"')
    .replace(/"confidence" : [\d.]+/, '"confidence" : -0.1'),
  'full: parked on a spot': garageRecording()[5] ?? '',
  'full: a spot that is empty': garageRecording()[9] ?? '',
};
const unreadable: readonly (readonly [id: string, raw: string, reason: RejectReason])[] = [
  ['a line of the broker library', `Message sent : ${minimal}`, 'log-line'],
  ['a message that was cut', full.slice(0, -2), 'truncated'],
  ['two messages without a separator', minimal + minimal, 'concatenated'],
  ["Python's notation", minimal.replaceAll('"', "'"), 'not-json'],
  ['trailing commas', minimal.replace(/\n\}$/, ',\n}'), 'not-json'],
  ['an object of the minimal schema alone', '7|1|2|3|4|Car|#|||||||0', 'not-json'],
  ['a text', 'Hello world', 'not-json'],
  ["the stub of nvmsgconv's custom schema", 'CUSTOM Schema\0', 'custom-schema'],
  [
    'renamed members',
    line({ messageid: '1', timestamp: '2026-08-17T04:11:15.074Z', object: { id: '8', speed: 0 } }),
    'unknown-schema',
  ],
];

/** Written here: by our encoders, and by hand for the odd shapes that occur. */
export const ownSamples: readonly MessageSample[] = [
  ...Object.entries(readable).map(([id, raw]) => ({ id, raw, reason: undefined })),
  ...unreadable.map(([id, raw, reason]) => ({ id, raw, reason })),
];

const sharedFolder = new URL('../../../../../shared/data/', import.meta.url);

/** The text of a file of real messages, which are not a part of this repository; undefined where they are not on this machine. */
export function realMessages(name: string): string | undefined {
  return existsSync(sharedFolder) ? readFileSync(new URL(name, sharedFolder), 'utf8') : undefined;
}
