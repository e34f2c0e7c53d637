import { describe, expect, test } from 'vitest';
import type { Entry, EntryKind } from './entry.ts';
import { Waiting } from './waiting.ts';

const entry = (seq: number, kind: EntryKind = 'event', body = ''): Entry => ({
  seq,
  kind,
  output: 'o',
  message: { body },
});
const roomy = { entries: 3, bytes: 1e9 };

describe('what waits', () => {
  test('is in order, and bounded', () => {
    const waiting = new Waiting(roomy);
    for (const seq of [1, 2, 3, 4, 5]) waiting.add(entry(seq));
    expect([...waiting.entries()].map(({ seq }) => seq)).toEqual([3, 4, 5]);
  });

  test('loses the oldest snapshot before any event', () => {
    const waiting = new Waiting(roomy);
    waiting.add(entry(1));
    waiting.add(entry(2, 'snapshot'));
    waiting.add(entry(3, 'snapshot'));
    expect(waiting.add(entry(4))).toMatchObject([{ seq: 2 }]);
    expect(waiting.add(entry(5, 'snapshot'))).toMatchObject([{ seq: 3 }]);
  });

  test('never loses an event for a snapshot', () => {
    const waiting = new Waiting(roomy);
    for (const seq of [1, 2, 3]) waiting.add(entry(seq));
    expect(waiting.add(entry(4, 'snapshot'))).toMatchObject([{ seq: 4 }]);
    expect(waiting.size).toBe(3);
  });

  test('is bounded in bytes, and one entry beyond the bound is not taken', () => {
    const waiting = new Waiting({ entries: 100, bytes: 1_000 });
    for (const seq of [1, 2, 3, 4]) waiting.add(entry(seq, 'event', 'x'.repeat(44)));
    expect([waiting.size, waiting.bytes]).toEqual([3, 900]);
    expect(waiting.add(entry(9, 'event', 'x'.repeat(2_000)))).toMatchObject([{ seq: 9 }]);
    expect(waiting.bytes).toBe(900);
  });
});
