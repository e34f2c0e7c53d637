import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMessage } from './index.ts';
import type { Frame, RejectReason } from './index.ts';
import { garageRecording, ownSamples, realMessages, type MessageSample } from '../testing/message-samples.ts';

/** FUZZ_RUNS sets how many mutated or random inputs are tried. */
const runs = (usual: number) => Number(process.env['FUZZ_RUNS'] ?? usual);
const timeout = 20_000 + runs(0) * 2;

/** Why the real ones that can't be read can't be. */
const reasons: Readonly<Record<string, RejectReason>> = {
  'full-test4-py-ds8': 'not-json',
  'min-mslearn-log': 'log-line',
  'min-toolboc-issue18-truncated': 'truncated',
  'min-elevator-1': 'not-json',
  'min-elevator-2': 'not-json',
  'min-elevator-3': 'not-json',
  'obj-mdx-pose-embedding': 'not-json',
  'min-tao-retail-embedding': 'not-json',
  'full-partial-object': 'truncated',
  'concat-two': 'concatenated',
  'custom-schema-stub': 'custom-schema',
  'adapter-hello': 'not-json',
  'custom-lc-analytics-1': 'unknown-schema',
  'custom-lc-analytics-2': 'unknown-schema',
  'custom-occupancy': 'unknown-schema',
  'custom-retail': 'unknown-schema',
};

const realSamples: readonly MessageSample[] = (realMessages('payloads.jsonl') ?? '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as { readonly id: string; readonly raw: string })
  .map(({ id, raw }) => ({ id, raw, reason: reasons[id] }));
const samples = [...ownSamples, ...realSamples];

type Json = Readonly<Record<string, unknown>>;
const member = (value: unknown, name: string) => (value as Json | null | undefined)?.[name];

/** What a sample says, read a slow and plain way that shares nothing with the parser. */
function plainly(raw: string): Frame {
  let message = JSON.parse(raw) as Json;
  if (typeof message['metadata'] === 'string') message = JSON.parse(message['metadata']) as Json;
  const stamp = message['@timestamp'] as string | undefined;
  const timeMs = stamp === undefined ? null : Date.parse(stamp);
  const trackIdOf = (id: string) => (['-1', '18446744073709551615'].includes(id) ? null : id);
  const certain = (value: unknown) => (typeof value === 'number' && value > 0 ? value : null);
  if (Array.isArray(message['objects'])) {
    const detections = (message['objects'] as string[]).map((text) => {
      const fields = text.split('|');
      const [left = NaN, top = NaN, right = NaN, bottom = NaN] = fields.slice(1, 5).map(Number);
      const confidence = fields[6] === '#' ? certain(Number(fields.at(-1))) : null;
      return {
        trackId: trackIdOf(fields[0] ?? ''),
        label: fields[5] ?? '',
        box: { left, top, right, bottom },
        confidence,
      };
    });
    return {
      schema: 'minimal',
      sensor: String(message['sensorId']),
      timeMs,
      frameNumber: String(message['id']),
      detections,
    };
  }
  const object = message['object'] as Json;
  const label = Object.keys(object).find((name) => ['vehicle', 'person', 'Person'].includes(name)) ?? '';
  const number = (name: string) => Number(member(object['bbox'], name));
  const parkingSpot = member(member(message['place'], 'parkingSpot'), 'id') as string | undefined;
  return {
    schema: 'full',
    sensor: String(member(message['sensor'], 'id')),
    timeMs,
    frameNumber: null,
    detections: [
      {
        trackId: trackIdOf(String(object['id'])),
        label,
        box: {
          left: number('topleftx'),
          top: number('toplefty'),
          right: number('bottomrightx'),
          bottom: number('bottomrighty'),
        },
        confidence: certain(member(object[label], 'confidence')),
        eventType: String(member(message['event'], 'type')),
        ...(parkingSpot !== undefined && { parkingSpot }),
      },
    ],
  };
}

describe('messages', () => {
  test.each(samples.map((sample) => [sample.id, sample] as const))('%s', (_, { raw, reason }) => {
    for (const input of [raw, Buffer.from(raw)]) {
      const message = parseMessage(input);
      if (reason === undefined) {
        expect(message).toEqual({ ok: true, frames: [plainly(raw)], droppedNumbers: 0, rejected: {} });
      } else expect(message).toMatchObject({ ok: false, reason });
    }
  });

  test.for<readonly [title: string, text: string | undefined, expected: Readonly<Record<string, number>>]>([
    [
      'our garage',
      garageRecording().join('\n'),
      { all: 240, moving: 200, parked: 20, empty: 20, sensors: 6, spots: 40 },
    ],
    [
      'a real garage (needs ../shared/data/parking360.jsonl)',
      realMessages('parking360.jsonl'),
      { all: 3028, moving: 3003, parked: 18, empty: 7, sensors: 51, spots: 25 },
    ],
  ])('the recording of %s is read completely, line by line and in one piece', ([, text, expected], { skip }) => {
    if (text === undefined) return skip();
    const lines = text.trimEnd().split('\n');
    const whole = parseMessage(text);
    expect(whole).toMatchObject({ ok: true, droppedNumbers: 0, rejected: {} });
    const frames = whole.ok ? whole.frames : [];
    expect(lines.map((line) => parseMessage(line)).flatMap((message) => (message.ok ? message.frames : []))).toEqual(
      frames,
    );
    expect(frames).toEqual(lines.map(plainly));
    const detections = frames.flatMap((frame) => frame.detections);
    const count = (type: string) => detections.filter(({ eventType }) => eventType === type).length;
    expect({
      all: frames.length,
      moving: count('moving'),
      parked: count('parked'),
      empty: count('empty'),
      sensors: new Set(frames.map((frame) => frame.sensor)).size,
      spots: detections.filter(({ parkingSpot }) => parkingSpot !== undefined).length,
    }).toEqual(expected);
  });

  const array = realMessages('minimal-sample.json');
  test.skipIf(array === undefined)(
    'in a real array keep odd ids and stamps (needs ../shared/data/minimal-sample.json)',
    () => {
      const message = parseMessage(array ?? '');
      const frames = message.ok ? message.frames : [];
      expect(frames).toHaveLength(9);
      expect(frames[0]?.detections[0]?.trackId).toBe('e-05');
      expect(frames[1]?.timeMs).toBe(0);
      expect(frames[1]?.detections.map((detection) => detection.trackId)).toEqual(['290', '390', '390']);
    },
  );

  test('in an array are read one by one', () => {
    const own = ownSamples.filter(({ id, reason }) => reason === undefined && !id.includes('Redis'));
    const message = parseMessage(`[${own.map(({ raw }) => raw).join(',')}]`);
    expect(message.ok && message.frames).toEqual(own.map(({ raw }) => plainly(raw)));
  });

  test('mutated in any way neither throw nor lie about being read', { timeout }, () => {
    const cut = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat(30),
      insert: fc.oneof(fc.string(), fc.constantFrom('|', '"', '{', '}', '[', ']', ',', '\n', '\\', 'nan', '#', '\0')),
    });
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.array(cut, { minLength: 1, maxLength: 4 }), ({ raw }, cuts) => {
        const mutated = cuts.reduce((text, { at, length, insert }) => {
          const start = Math.floor(at * text.length);
          return text.slice(0, start) + insert + text.slice(start + length);
        }, raw);
        checkAnswer(mutated);
      }),
      { numRuns: runs(5000) },
    );
  });
});

test('random inputs neither throw nor lie about being read', { timeout }, () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), checkAnswer), {
    numRuns: runs(1000),
  });
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), checkAnswer), {
    numRuns: runs(1000),
  });
});

function checkAnswer(input: string | Uint8Array): void {
  const message = parseMessage(input);
  if (!message.ok) {
    if (message.detail === '' || message.detail.length > 500) throw new Error(`no useful detail: ${message.detail}`);
    return;
  }
  if (message.frames.length === 0) throw new Error('read, but no frame');
  for (const frame of message.frames) {
    for (const { box, confidence, trackId } of frame.detections) {
      if (box !== null && !Object.values(box).every(Number.isFinite))
        throw new Error('a box without all of its numbers');
      if (confidence !== null && !(confidence > 0 && confidence <= 1)) throw new Error(`confidence ${confidence}`);
      if (trackId === '' || trackId === '-1') throw new Error(`track id "${trackId}"`);
    }
  }
}
