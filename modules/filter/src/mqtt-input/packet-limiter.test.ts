import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PacketLimiter, type LargeMessage } from './packet-limiter.ts';

const maxBytes = 1_000;

function limited(chunks: readonly Buffer[]): { readonly out: Buffer; readonly large: readonly LargeMessage[] } {
  const large: LargeMessage[] = [];
  const limiter = new PacketLimiter({ maxBytes, onLarge: (message) => void large.push(message) });
  const out = Buffer.concat(chunks.flatMap((chunk) => limiter.push(chunk)));
  return { out, large };
}

/** A PUBLISH of quality of service 0 (MQTT 3.1.1, 3.3). */
function publish(topic: string, sizeBytes: number): Buffer {
  const name = Buffer.from(topic);
  const body = Buffer.concat([
    Buffer.from([name.byteLength >> 8, name.byteLength & 0xff]),
    name,
    Buffer.alloc(sizeBytes, 7),
  ]);
  const length = body.byteLength;
  const lengthBytes = length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7];
  return Buffer.concat([Buffer.from([0x30, ...lengthBytes]), body]);
}

const ping = Buffer.from([0xd0, 0x00]);

describe('the packet limiter', () => {
  test('lets packets up to its limit pass as they are, and leaves out larger messages, however the bytes are cut', () => {
    const packet = fc.oneof(
      fc.constant(ping),
      fc
        .record({ topic: fc.stringMatching(/^[a-zä/]{1,20}$/), sizeBytes: fc.integer({ min: 0, max: 3 * maxBytes }) })
        .map(({ topic, sizeBytes }) => publish(topic, sizeBytes)),
    );
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 900 })), (packets, cuts) => {
        const bodyBytes = (one: Buffer): number => one.byteLength - (one.byteLength > 129 ? 3 : 2);
        const small = packets.filter((one) => bodyBytes(one) <= maxBytes);
        const all = Buffer.concat(packets);
        const chunks: Buffer[] = [];
        for (let at = 0, n = 0; at < all.byteLength; n++) {
          const next = at + (cuts[n % Math.max(cuts.length, 1)] ?? 65_536);
          chunks.push(all.subarray(at, next));
          at = next;
        }
        const { out, large } = limited(chunks);
        expect(out.equals(Buffer.concat(small))).toBe(true);
        expect(large).toHaveLength(packets.length - small.length);
      }),
    );
  });

  test('names what it leaves out', () => {
    expect(limited([publish('cameras/yard', 2_000)]).large).toEqual([{ topic: 'cameras/yard', sizeBytes: 2_014 }]);
  });

  test.each([
    ['a length of five bytes', Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]), /without a valid length/],
    ['a large packet that is no message', Buffer.from([0x20, 0xff, 0xff, 0x7f, 0]), /of type 2 with 2097151 bytes/],
  ])('ends at %s', (_what, bytes, reason) => expect(() => limited([bytes])).toThrow(reason));

  test('holds no more than the topic of a message whose length is a lie', () => {
    const { out, large } = limited([Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff]), Buffer.alloc(70_000, 97)]);
    expect(out.byteLength).toBe(0);
    expect(large.map(({ topic }) => topic.length)).toEqual([65_535]);
  });
});
