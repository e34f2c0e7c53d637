import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Step } from './entry.ts';
import { recall } from './recall.ts';
import { decodeRecords, encodeRecord } from './record.ts';

const step = (seq: number, body: string): string => {
  const put: Step['put'] = [{ seq, kind: 'event', output: 'events', message: { body } }];
  return JSON.stringify({ version: 1, put, checkpoint: { settings: { version: 1 }, seq } });
};
const texts = fc
  .array(fc.string({ unit: 'grapheme' }), { maxLength: 8 })
  .map((bodies) => bodies.map((body, n) => step(n + 1, body)));
const eight = Array.from({ length: 8 }, (_, n) => step(n + 1, `{"zone":"A${n}"}`));
const parts = eight.map(encodeRecord);
const journal = Buffer.concat(parts);

/** Which of the eight events come back. */
const eventsOf = (bytes: Buffer): readonly number[] => recall([decodeRecords(bytes)]).entries.map(({ seq }) => seq);
const all = [1, 2, 3, 4, 5, 6, 7, 8];
/** Which record a byte belongs to, from 0. */
const hitBy = (at: number): number => {
  let [end, index] = [0, 0];
  while (at >= (end += parts[index]?.byteLength ?? 1)) index++;
  return index;
};

describe('records', () => {
  test('read back as they were written', () => {
    fc.assert(
      fc.property(texts, (list) => {
        expect(decodeRecords(Buffer.concat(list.map(encodeRecord)))).toEqual({ records: list, lost: 0, tornBytes: 0 });
      }),
    );
  });

  test('that were cut anywhere give all the whole ones before the cut, and none is called damaged', () => {
    for (let cut = 0; cut <= journal.byteLength; cut++) {
      const { records, lost, tornBytes } = decodeRecords(journal.subarray(0, cut));
      const whole = cut === journal.byteLength ? 8 : hitBy(cut);
      expect(records).toEqual(eight.slice(0, whole));
      expect(lost).toBe(0);
      expect(tornBytes).toBe(cut - parts.slice(0, whole).reduce((sum, part) => sum + part.byteLength, 0));
    }
  });

  test('of a journal of eight events: any flipped bit costs at most the record that it hit, and it is said', () => {
    for (let bit = 0; bit < journal.byteLength * 8; bit++) {
      const [bytes, at] = [Buffer.from(journal), bit >> 3];
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (bit & 7)), at);
      const { records, lost, tornBytes } = decodeRecords(bytes);
      const others = eight.filter((_, index) => index !== hitBy(at));
      expect([eight, others]).toContainEqual(records);
      expect({ bit, lost, tornBytes }).toEqual({ bit, lost: 8 - records.length, tornBytes: 0 });
    }
  });

  test('of a journal of eight events: any changed byte costs at most the record that it hit', () => {
    for (let at = 0; at < journal.byteLength; at++) {
      for (const value of [0, 0x7b, 0xff]) {
        const bytes = Buffer.from(journal);
        bytes.writeUInt8(value, at);
        const { records } = decodeRecords(bytes);
        expect([eight, eight.filter((_, index) => index !== hitBy(at))]).toContainEqual(records);
      }
    }
  });

  test('end where a file system left zeros, also within the last record', () => {
    for (const zeros of [1, 7, 8, 4_096]) {
      const bytes = Buffer.concat([journal, Buffer.alloc(zeros)]);
      expect(decodeRecords(bytes)).toEqual({ records: eight, lost: 0, tornBytes: zeros });
    }
    const half = Buffer.from(journal);
    half.fill(0, journal.byteLength - 20);
    expect(decodeRecords(half)).toMatchObject({ records: eight.slice(0, 7), lost: 0 });
  });

  test('behind a block of zeros, of rubbish, or that is missing are read', () => {
    const middle = (parts[0]?.byteLength ?? 0) + 40;
    for (const fill of [0, 0x41, 0xff]) {
      const bytes = Buffer.from(journal);
      bytes.fill(fill, middle, middle + 150);
      const seen = eventsOf(bytes);
      expect(seen).toEqual(expect.arrayContaining([1, 4, 5, 6, 7, 8]));
      expect(decodeRecords(bytes).lost).toBeGreaterThan(0);
    }
    const missing = Buffer.concat([journal.subarray(0, middle), journal.subarray(middle + 150)]);
    expect(eventsOf(missing)).toEqual(expect.arrayContaining([1, 4, 5, 6, 7, 8]));
  });

  test('that a disk shows twice, or in another order, are the same events', () => {
    expect(eventsOf(Buffer.concat([journal, journal]))).toEqual(all);
    expect(eventsOf(Buffer.concat([...parts].reverse()))).toEqual(all);
    const gone = encodeRecord(JSON.stringify({ version: 1, gone: [1, 2, 3] }));
    expect(eventsOf(Buffer.concat([journal, gone, journal]))).toEqual([4, 5, 6, 7, 8]);
  });

  test('of any damage are read in linear time, and never give a text that was not written', () => {
    fc.assert(
      fc.property(texts, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 20 }), (list, changes) => {
        const bytes = Buffer.concat(list.map(encodeRecord));
        for (const [at, value] of bytes.byteLength === 0 ? [] : changes) bytes.writeUInt8(value, at % bytes.byteLength);
        for (const record of decodeRecords(bytes).records) expect(list).toContain(record);
      }),
    );
  });
});
