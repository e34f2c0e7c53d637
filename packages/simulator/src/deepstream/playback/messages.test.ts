import { describe, expect, test } from 'vitest';
import { parseMessage } from '@companion/deepstream/message';
import type { OutputPlan } from '../plan/output-plan.ts';
import type { RecordedObject } from '../recording/recording.ts';
import { messagesOf, type Telling } from './messages.ts';

const car: RecordedObject = { id: '7', label: 'Car', box: [10, 20, 110, 70], confidence: 0.9 };

const output: OutputPlan = {
  group: 'sink1',
  topic: 'detections',
  schema: 'minimal',
  path: 'events',
  frameInterval: 30,
  overwritesFirst: false,
  descriptions: {
    sensors: new Map([
      [0, described('Stream')],
      [5, described('Camera')],
    ]),
    places: new Map(),
    analytics: new Map(),
  },
};

function described(id: string) {
  const nowhere = [0, 0, 0] as const;
  return { id, type: 'Camera', description: '', location: nowhere, coordinate: nowhere };
}

interface Change extends Partial<Omit<Telling, 'output' | 'plan' | 'frame'>> {
  readonly output?: Partial<OutputPlan>;
  readonly plan?: Partial<Telling['plan']>;
  readonly objects?: readonly RecordedObject[];
  readonly frameNumber?: number;
  readonly sensorId?: string;
}

function told({ output: outputs, plan, objects = [car], frameNumber = 0, sensorId, ...others }: Change = {}): string[] {
  const recording = { sensor: undefined, fps: 10, width: 1920, height: 1080, frameCount: 1, frames: [] };
  const source = { group: 'source5', stream: 0, camera: 5, sensorId, file: 'yard.y4m', recording };
  return messagesOf({
    frame: { source, frameNumber, timeMs: 1000, objects },
    output: { ...output, ...outputs },
    plan: { tracks: true, mux: { width: 1920, height: 1080 }, tellsEmptyFrames: false, ...plan },
    version: '6.2',
    modelUsed: 0,
    nowMs: 60_000,
    ...others,
  }).map((body) => (typeof body === 'string' ? body : Buffer.from(body).toString('latin1')));
}

const objectsOf = (body = ''): unknown => (JSON.parse(body) as { objects: unknown }).objects;

describe('confidence', () => {
  test.each([
    ['6.2', 0, '7|10|20|110|70|Car'],
    ['7.0', 1, '7|10|20|110|70|Vehicle|#|||||||0'],
    ['9.1', 0, '7|10|20|110|70|Car|#|||||||0.9'],
    ['9.1', 1, '7|10|20|110|70|Vehicle|#|||||||0.9'],
  ] as const)('of %s with -m %s', (version, modelUsed, object) => {
    expect(objectsOf(told({ version, modelUsed })[0])).toEqual([object]);
  });

  test('is 0 for every object of protobuf up to 7.0, and the tracker has none to give where there is no tracker', () => {
    const read = (change: Change): unknown => {
      const [body = ''] = told({ ...change, output: { schema: 'protobuf' } });
      const parsed = parseMessage(Buffer.from(body, 'latin1'));
      return parsed.ok ? parsed.frames[0]?.detections[0]?.confidence : parsed;
    };
    expect([null, 0]).toContain(read({ version: '7.0', modelUsed: 1 }));
    expect([null, 0]).toContain(read({ version: '9.1', plan: { tracks: false } }));
    expect(read({ version: '9.1' })).toBeCloseTo(0.9);
  });
});

test('the full schema has a car with -m 1 as a moving vehicle of which nothing is known, and others as their labels', () => {
  const [first = '', second = ''] = told({
    modelUsed: 1,
    output: { schema: 'full' },
    objects: [car, { ...car, label: 'Person' }],
  });
  expect(JSON.parse(first)).toMatchObject({
    sensor: { id: 'Camera' },
    object: { vehicle: { type: null, make: null, confidence: 0 } },
    event: { type: 'moving' },
  });
  expect(JSON.parse(second)).toMatchObject({ object: { Person: {} }, event: { type: 'entry' } });
});

describe('boxes', () => {
  const mux = { width: 960, height: 540 };
  test('are in the source’s own pixels on the event path', () => {
    expect(objectsOf(told({ plan: { mux } })[0])).toEqual(['7|10|20|110|70|Car']);
  });

  test('are in the muxer’s with the new API', () => {
    expect(objectsOf(told({ plan: { mux }, output: { path: 'frames' } })[0])).toEqual(['7|5|10|55|35|Car']);
  });
});

describe('the new API', () => {
  test('numbers sensors by streams, stamps the wall clock, and tells every thirtieth frame, empty ones too', () => {
    const frames = Array.from({ length: 61 }, (_, frameNumber) =>
      told({ frameNumber, output: { path: 'frames' }, objects: frameNumber === 0 ? [car] : [] }),
    ).flat();
    expect(frames.map((body) => JSON.parse(body) as unknown)).toMatchObject([
      { id: '0', sensorId: 'Stream', '@timestamp': '1970-01-01T00:01:00.000Z', objects: [expect.anything()] },
      { id: '30', objects: [] },
      { id: '60', objects: [] },
    ]);
  });

  test('has in the full schema no message for a frame without objects', () => {
    expect(told({ objects: [], output: { path: 'frames', schema: 'full' } })).toEqual([]);
  });
});

describe('a frame without objects', () => {
  test('is no message on the event path', () => {
    expect(told({ objects: [] })).toEqual([]);
  });

  test('is a dummy with dummy-payload of 9.1', () => {
    const plan = { tellsEmptyFrames: true };
    expect(objectsOf(told({ objects: [], plan, version: '9.1' })[0])).toEqual(['']);
    const [full = ''] = told({ objects: [], plan, version: '9.1', output: { schema: 'full' } });
    expect(JSON.parse(full)).toMatchObject({ object: { id: '0', bbox: { topleftx: 0 } }, event: { type: 'entry' } });
  });
});

test('msg-conv-dummy-payload overwrites the first object, takes the stream for the camera, and tells empty frames', () => {
  const overwritten = { output: { overwritesFirst: true }, version: '9.1', sensorId: 'North' } as const;
  const [body = ''] = told({ ...overwritten, objects: [car, { ...car, id: '8' }] });
  expect(JSON.parse(body)).toMatchObject({
    sensorId: 'Stream',
    objects: ['0|0|0|0|0|Vehicle|#|||||||0', expect.stringMatching(/^8\|/) as string],
  });
  expect(objectsOf(told({ ...overwritten, objects: [] })[0])).toEqual([]);
});

test('a sensor that came by name goes before its number', () => {
  expect(JSON.parse(told({ sensorId: 'North' })[0] ?? '')).toMatchObject({ sensorId: 'North' });
});
