import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFull, encodeMinimal, parseMessage } from './index.ts';
import { printSignificant } from './json-glib.ts';

function uuid() {
  return '00000000-0000-4000-8000-000000000000';
}
const car = {
  trackId: '7',
  label: 'Car',
  box: { left: 1.5, top: 2, right: 1023.0512, bottom: 4 },
  confidence: 0.962743,
};

describe('the minimal schema', () => {
  test('is written as DeepStream writes it', () => {
    const person = { trackId: null, label: 'Person', box: null, confidence: null };
    const frame = { sensor: 'cam', timeMs: 0, frameNumber: '12', detections: [car, person] };
    expect(encodeMinimal(frame)).toBe(`{
  "version" : "4.0",
  "id" : "12",
  "@timestamp" : "1970-01-01T00:00:00.000Z",
  "sensorId" : "cam",
  "objects" : [
    "7|1.5|2|1023.05|4|Car|#|||||||0.962743",
    "18446744073709551615|nan|nan|nan|nan|Person"
  ]
}`);
  });

  test('is read back as what was written, as far as it can hold it', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const message = parseMessage(encodeMinimal(frame));
        const detections = frame.detections.map(({ trackId, label, box, confidence }) => ({
          trackId,
          label,
          box,
          // Zero is what DeepStream sends for none.
          confidence: confidence === 0 ? null : confidence,
        }));
        const dropped = 4 * detections.filter(({ box }) => box === null).length;
        expect(message).toEqual({
          ok: true,
          frames: [{ schema: 'minimal', ...frame, detections }],
          droppedNumbers: dropped,
          rejected: {},
        });
      }),
    );
  });
});

test('what lies exactly between two numbers is rounded to the even one, as C prints it', () => {
  expect([839.0625, 839.1875, -839.0625, 0.5, 1234565, 1e22].map((value) => printSignificant(value, 6))).toEqual([
    '839.062',
    '839.188',
    '-839.062',
    '0.5',
    '1.23456e+06',
    '1e+22',
  ]);
});

describe('the full schema', () => {
  test('is written as DeepStream writes it, one message a detection', () => {
    const detections = [
      { ...car, eventType: 'moving' },
      { ...car, label: 'vehicle', confidence: null, eventType: 'parked', parkingSpot: 'P1' },
    ];
    const place = { id: '1', name: 'garage', type: 'building' };
    const [first = '', second = ''] = encodeFull({ sensor: 'cam', timeMs: 0, detections }, { uuid, place });
    expect(first.split('\n').slice(0, 16)).toEqual(
      `{
  "messageid" : "00000000-0000-4000-8000-000000000000",
  "mdsversion" : "1.0",
  "@timestamp" : "1970-01-01T00:00:00.000Z",
  "place" : {
    "id" : "1",
    "name" : "garage",
    "type" : "building",
    "location" : {
      "lat" : 0.0,
      "lon" : 0.0,
      "alt" : 0.0
    },
    "aisle" : {
      "id" : "",
      "name" : "",`.split('\n'),
    );
    expect(JSON.parse(first)).toMatchObject({
      analyticsModule: null,
      object: {
        id: '7',
        Car: { confidence: 0.962743 },
        bbox: { topleftx: 1, toplefty: 2, bottomrightx: 1023, bottomrighty: 4 },
      },
      event: { type: 'moving' },
      videoPath: '',
    });
    expect(JSON.parse(second)).toMatchObject({
      place: { parkingSpot: { id: 'P1' } },
      object: { vehicle: { confidence: -0.1 } },
    });
    expect(JSON.parse(encodeFull({ sensor: '', timeMs: null, detections: [car] }, { uuid })[0] ?? '')).toMatchObject({
      '@timestamp': null,
      place: null,
      event: { id: uuid() },
    });
  });

  test('is read back as what was written, as far as it can hold it', () => {
    const reserved = ['id', 'bbox', 'location', 'coordinate', 'pose', 'speed', 'SV3DT'];
    fc.assert(
      fc.property(frames, ({ sensor, timeMs, detections }) => {
        fc.pre(detections.length > 0 && !detections.some(({ label }) => reserved.includes(label)));
        const whole = detections.map((detection) => ({
          ...detection,
          confidence: detection.confidence === 0 ? null : detection.confidence,
          box: detection.box && {
            left: Math.trunc(detection.box.left) + 0,
            top: Math.trunc(detection.box.top) + 0,
            right: Math.trunc(detection.box.right) + 0,
            bottom: Math.trunc(detection.box.bottom) + 0,
          },
        }));
        const messages = encodeFull({ sensor, timeMs, detections: whole }, { uuid });
        const frame = { schema: 'full', sensor, timeMs, frameNumber: null };
        expect(parseMessage(messages.join('\n'))).toEqual({
          ok: true,
          frames: whole.map((detection) => ({ ...frame, detections: [detection] })),
          droppedNumbers: 0,
          rejected: {},
        });
      }),
    );
  });
});

const coordinate = fc
  .float({ min: -1e7, max: 1e7, noNaN: true })
  .map((value) => Number(printSignificant(value, 6)) + 0);
const text = fc.string({ unit: 'binary', maxLength: 8 }).filter((value) => !/[|]|\r$/.test(value));
const detection = fc.record(
  {
    trackId: fc.option(
      fc.oneof(
        fc.nat().map(String),
        text.filter((id) => id !== '' && id !== '-1'),
      ),
    ),
    label: fc.oneof(text, fc.constantFrom('vehicle', 'person', 'Car', '', '__proto__', '7')),
    box: fc.option(fc.record({ left: coordinate, top: coordinate, right: coordinate, bottom: coordinate })),
    confidence: fc.option(
      fc.float({ min: 0, max: 1, noNaN: true }).map((value) => Number(printSignificant(value, 6)) + 0),
    ),
    eventType: fc.oneof(text, fc.constantFrom('entry', 'exit', 'moving', 'parked', 'empty')),
    parkingSpot: text,
  },
  { requiredKeys: ['trackId', 'label', 'box', 'confidence'] },
);
const frames = fc.record({
  sensor: fc.string({ unit: 'binary', maxLength: 8 }),
  timeMs: fc.option(fc.integer({ min: 0, max: 4e12 })),
  frameNumber: fc.option(fc.nat().map(String)),
  detections: fc.array(detection, { maxLength: 5 }),
});
