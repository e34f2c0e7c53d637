import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFull, encodeMinimal, encodeProtobuf, parseMessage } from './index.ts';

/** As the adapter writes it: payload, what it takes for the sensor's id, time of sending. */
function wrap(payload: Uint8Array, key: string): Uint8Array {
  const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(payload);
  if (key !== '') writer.tag(2, WireType.LengthDelimited).string(key);
  return writer.tag(3, WireType.LengthDelimited).string('2026-11-27T12:00:00Z').finish();
}

const car = { trackId: '7', label: 'Car', box: { left: 1, top: 2, right: 3, bottom: 4 }, confidence: 0.5 };
const frame = (count: number) => ({
  sensor: 'Yard',
  timeMs: 1_000,
  frameNumber: '12',
  detections: Array.from({ length: count }, () => car),
});
const payloads: readonly [string, (count: number) => Uint8Array][] = [
  ['the minimal schema', (count) => Buffer.from(encodeMinimal(frame(count)))],
  ['the full schema', (count) => Buffer.from(encodeFull(frame(Math.max(count, 1)), { uuid: () => 'u' })[0] ?? '')],
  ['protobuf', (count) => encodeProtobuf(frame(count))],
];

describe.each(payloads)('the MQTT adapter’s wrapper around %s', (_, payload) => {
  test.each([0, 1, 2, 200])('is read as the payload alone, with %i objects and whatever key', (count) => {
    const alone = parseMessage(payload(count));
    expect(alone.ok).toBe(true);
    for (const key of ['Yard', '', 'sensorId" : "Y']) expect(parseMessage(wrap(payload(count), key))).toEqual(alone);
  });

  test('that ends too early is named, or read as no message', () => {
    const whole = wrap(payload(20), 'Yard');
    for (const length of [3, 4, 50, 200]) {
      expect(parseMessage(whole.subarray(0, length))).toMatchObject({ ok: false });
    }
    expect(parseMessage(whole.subarray(0, 200))).toMatchObject({ ok: false, reason: 'truncated' });
  });
});

test('JSON behind a newline is never taken for a wrapper', () => {
  const text = fc.string({ maxLength: 200 });
  fc.assert(
    fc.property(fc.constantFrom('\n{', '\n['), text, (start, rest) => {
      const json = `${start}"a":${JSON.stringify(rest)}${start === '\n{' ? '}' : ']'}`;
      expect(parseMessage(Buffer.from(json))).toEqual(parseMessage(json));
    }),
  );
});

test('wrappers in wrappers come to an end', () => {
  let nested: Uint8Array = Buffer.from('{}');
  for (let n = 0; n < 1_000; n++) nested = wrap(nested, '');
  expect(parseMessage(nested)).toMatchObject({ ok: false });
});
