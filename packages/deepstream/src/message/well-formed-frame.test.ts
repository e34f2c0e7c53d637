import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageLimits, parseMessage } from './index.ts';

/** Any UTF-16 units in any order. */
const anyText = fc.array(fc.nat(0xffff), { maxLength: 6 }).map((units) => String.fromCharCode(...units));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('every text of a frame is well-formed', () => {
  test.each([
    ['minimal', '{"sensorId":"cam\\ud800","objects":["\\udc00|1|2|3|4|Car\\ud83d"]}'],
    ['in a string', JSON.stringify('{"sensorId":"cam\\ud800","objects":["\\udc00|1|2|3|4|Car\\ud83d"]}')],
    ['in Redis', JSON.stringify({ metadata: '{"sensorId":"cam\\ud800","objects":["\\udc00|1|2|3|4|Car\\ud83d"]}' })],
  ])('%s', (_, text) => {
    const frame = { sensor: 'cam\ufffd', detections: [{ trackId: '\ufffd', label: 'Car\ufffd' }] };
    expect(parseMessage(bytes(text))).toMatchObject({ ok: true, frames: [frame] });
  });

  test('whatever stands in any field of either schema, as bytes or as text', () => {
    const message = fc.oneof(
      fc.record({
        sensorId: anyText,
        '@timestamp': anyText,
        objects: fc.array(anyText.map((id) => `${id}|1|2|3|4|${id}`)),
      }),
      anyText.map((text) => ({
        sensor: { id: text },
        object: { id: text, [text]: { confidence: 1 } },
        event: { type: text },
        place: { parkingSpot: { id: text } },
      })),
    );
    fc.assert(
      fc.property(message, fc.boolean(), (value, asBytes) => {
        const text = JSON.stringify(value);
        const parsed = parseMessage(asBytes ? bytes(text) : text);
        const seen = parsed.ok ? parsed.frames : parsed.detail;
        expect(() => encodeURIComponent(deepTexts(seen).join(''))).not.toThrow();
      }),
    );
  });

  test('arbitrary bytes bring well-formed frames, or words', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        const parsed = parseMessage(input);
        expect(() => encodeURIComponent(deepTexts(parsed.ok ? parsed.frames : parsed.detail).join(''))).not.toThrow();
      }),
    );
  });
});

describe('a message beyond its limits is not read', () => {
  const { bytes: maxBytes, depth, values } = messageLimits;
  test.each([
    ['too-large', ' '.repeat(maxBytes + 1)],
    ['too-deep', '['.repeat(100_000)],
    ['too-deep', `{"sensorId":"a","objects":${'['.repeat(depth)}${' '.repeat(20_000)}${']'.repeat(depth)}}`],
    ['too-many', `[${'0,'.repeat(values)}0]`],
  ])('%s', (reason, text) => {
    expect(parseMessage(bytes(text))).toMatchObject({ ok: false, reason });
  });
});

function deepTexts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(deepTexts) : [];
}
