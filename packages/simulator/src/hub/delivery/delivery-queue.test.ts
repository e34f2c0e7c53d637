import { describe, expect, test } from 'vitest';
import { ManualClock } from '@companion/foundation/testing';
import { DeliveryQueue, type QueuedMessage } from './delivery-queue.ts';

interface Bench {
  readonly clock: ManualClock;
  readonly queue: DeliveryQueue;
  readonly sent: string[];
  readonly counts: { delivered: number; expired: number };
}

function createBench(): Bench {
  const clock = new ManualClock(0);
  const sent: string[] = [];
  const counts = { delivered: 0, expired: 0 };
  const queue = new DeliveryQueue({
    clock,
    ackTimeoutMs: 30_000,
    limitBytes: 100,
    receiver: {
      send: ({ topic }, attempt) => sent.push(`${topic}${attempt}`),
      delivered: () => (counts.delivered += 1),
      expired: () => (counts.expired += 1),
    },
  });
  return { clock, queue, sent, counts };
}

function message(topic: string, { priority = 0, expiresAtMs = 1e9, bytes = 1 } = {}): QueuedMessage {
  return { input: 'in', topic, body: Buffer.alloc(bytes), priority, expiresAtMs };
}

describe('a queue', () => {
  test('repeats what is not acknowledged after 30 s and a pause of 1, 2, 4 … 60 s', () => {
    const { clock, queue, sent } = createBench();
    queue.linked();
    queue.offer(message('a'));
    queue.offer(message('b'));
    const sentAtMs: number[] = [];
    for (let ms = 0; ms <= 400_000; ms += 1000) {
      if (sent.length > sentAtMs.length) sentAtMs.push(ms);
      clock.advance(1000);
    }
    expect(sentAtMs).toEqual([0, 31_000, 63_000, 97_000, 135_000, 181_000, 243_000, 333_000]);
    expect(new Set(sent.map((text) => text[0]))).toEqual(new Set(['a']));
    queue.acknowledged();
    expect(sent.at(-1)).toBe('b1');
  });

  test('repeats a held message before one of a higher priority', () => {
    const { queue, sent } = createBench();
    queue.linked();
    queue.offer(message('a', { priority: 5 }));
    queue.offer(message('b', { priority: 0 }));
    queue.unlinked();
    queue.linked();
    queue.acknowledged();
    expect(sent).toEqual(['a1', 'a2', 'b1']);
  });

  test('gives a held message up when its time to live is over, and goes on', () => {
    const { clock, queue, sent, counts } = createBench();
    queue.linked();
    queue.offer(message('a', { expiresAtMs: 10_000 }));
    queue.offer(message('b'));
    clock.advance(31_000);
    expect(sent).toEqual(['a1', 'b1']);
    expect(counts).toEqual({ delivered: 0, expired: 1 });
  });

  test('refuses what exceeds its bytes, and has room again once messages are gone', () => {
    const { queue, counts } = createBench();
    queue.linked();
    expect(queue.offer(message('a', { bytes: 99 }))).toBe(true);
    expect(queue.offer(message('b', { bytes: 99 }))).toBe(false);
    queue.acknowledged();
    expect(queue.offer(message('b', { bytes: 99 }))).toBe(true);
    expect(counts.delivered).toBe(1);
    expect(queue.clear()).toBe(1);
    expect(queue.depth()).toBe(0);
  });

  test('ignores an acknowledgement of nothing', () => {
    const { queue, counts } = createBench();
    queue.acknowledged();
    queue.linked();
    queue.acknowledged();
    expect(counts.delivered).toBe(0);
  });
});
