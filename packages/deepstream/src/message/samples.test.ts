import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMessage } from './index.ts';
import type { Frame } from './index.ts';

const folder = new URL('../../../../../shared/data/', import.meta.url);
const present = existsSync(folder);
if (!present) console.warn('skipped: ../shared/data with real messages is not here');
const read = (name: string) => (present ? readFileSync(new URL(name, folder), 'utf8') : '');

/** FUZZ_RUNS sets how many mutated or random inputs are tried. */
const runs = (usual: number) => Number(process.env['FUZZ_RUNS'] ?? usual);
const timeout = 20_000 + runs(0) * 2;

interface Sample {
  readonly id: string;
  readonly raw: string;
}
const samples = read('payloads.jsonl')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Sample);

/** What the samples that can't be read are. */
const reasons: Record<string, string> = {
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

type Json = Readonly<Record<string, unknown>>;
const member = (value: unknown, name: string) => (value as Json | null | undefined)?.[name];

/** What a sample says, read a slow and plain way that shares nothing with the parser. */
function plainly(raw: string): Frame {
  let message = JSON.parse(raw) as Json;
  if (typeof message['metadata'] === 'string') message = JSON.parse(message['metadata']) as Json;
  const stamp = message['@timestamp'] as string | undefined;
  const timeMs = stamp === undefined ? null : Date.parse(stamp);
  const trackIdOf = (id: string) => (['-1', '18446744073709551615'].includes(id) ? null : id);
  const certain = (value: unknown) => (typeof value === 'number' && value >= 0 ? value : null);
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

describe.skipIf(!present)('real messages', () => {
  test.each(samples.map((sample) => [sample.id, sample] as const))('%s', (id, { raw }) => {
    for (const input of [raw, Buffer.from(raw)]) {
      const message = parseMessage(input);
      const reason = reasons[id];
      if (reason === undefined) {
        expect(message).toEqual({ ok: true, frames: [plainly(raw)], droppedNumbers: 0, rejected: {} });
      } else expect(message).toMatchObject({ ok: false, reason });
    }
  });

  test('the parking garage is read completely, line by line and in one piece', () => {
    const text = read('parking360.jsonl');
    const lines = text.trimEnd().split('\n');
    const whole = parseMessage(text);
    expect(whole).toMatchObject({ ok: true, droppedNumbers: 0, rejected: {} });
    const frames = whole.ok ? whole.frames : [];
    expect(frames).toHaveLength(3028);
    expect(lines.map((line) => parseMessage(line)).flatMap((message) => (message.ok ? message.frames : []))).toEqual(
      frames,
    );
    expect(frames).toEqual(lines.map(plainly));
    const events = frames.map((frame) => frame.detections[0]?.eventType);
    const count = (type: string) => events.filter((event) => event === type).length;
    expect([count('moving'), count('parked'), count('empty')]).toEqual([3003, 18, 7]);
    expect(new Set(frames.map((frame) => frame.sensor)).size).toBe(51);
    expect(frames.filter((frame) => frame.detections[0]?.parkingSpot !== undefined)).toHaveLength(25);
  });

  test('the array of the minimal schema keeps a mangled id, an early stamp and an id that occurs twice', () => {
    const message = parseMessage(read('minimal-sample.json'));
    const frames = message.ok ? message.frames : [];
    expect(frames).toHaveLength(9);
    expect(frames[0]?.detections[0]?.trackId).toBe('e-05');
    expect(frames[1]?.timeMs).toBe(0);
    expect(frames[1]?.detections.map((detection) => detection.trackId)).toEqual(['290', '390', '390']);
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
      if (confidence !== null && !(confidence >= 0 && confidence <= 1)) throw new Error(`confidence ${confidence}`);
      if (trackId === '' || trackId === '-1') throw new Error(`track id "${trackId}"`);
    }
  }
}
