import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeRecords, encodeRecord } from './record.ts';

const texts = fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 8 });

describe('records', () => {
  test('read back as they were written', () => {
    fc.assert(
      fc.property(texts, (list) => {
        expect(decodeRecords(Buffer.concat(list.map(encodeRecord))).records).toEqual(list);
      }),
    );
  });

  test('that were cut anywhere give all the whole ones before the cut', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (list, nat) => {
        const parts = list.map(encodeRecord);
        const bytes = Buffer.concat(parts);
        const cut = nat % (bytes.byteLength + 1);
        let whole = 0;
        for (let end = 0; whole < parts.length; whole++) {
          end += parts[whole]?.byteLength ?? 0;
          if (end > cut) break;
        }
        const { records, goodBytes } = decodeRecords(bytes.subarray(0, cut));
        expect(records).toEqual(list.slice(0, whole));
        expect(goodBytes).toBeLessThanOrEqual(cut);
      }),
    );
  });

  test('with a changed byte never give a text that was not written', () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.integer({ min: 1, max: 255 }), (list, nat, change) => {
        const bytes = Buffer.concat(list.map(encodeRecord));
        fc.pre(bytes.byteLength > 0);
        const at = nat % bytes.byteLength;
        bytes.writeUInt8(bytes.readUInt8(at) ^ change, at);
        const { records } = decodeRecords(bytes);
        expect(list.slice(0, records.length)).toEqual(records);
        expect(records.length).toBeLessThan(list.length);
      }),
    );
  });

  test('end where a file system left zeros', () => {
    const bytes = Buffer.concat([encodeRecord('a'), Buffer.alloc(4_096)]);
    expect(decodeRecords(bytes)).toEqual({ records: ['a'], goodBytes: 9 });
  });
});
