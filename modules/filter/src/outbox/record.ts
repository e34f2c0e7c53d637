/*
 * A journal is records one behind another: length and CRC-32 of the text, both unsigned 32-bit little-endian, and the
 * text in UTF-8. Each text is a step, and all steps begin alike: that, with a length and a checksum that agree, is how
 * the next record is found behind one that is damaged. All versions write and read the same bytes.
 */
import { crc32 } from 'node:zlib';

const headerBytes = 8;
/** A length beyond this is damage: the largest record holds some thousand messages. */
const maxRecordBytes = 512 * 1024 * 1024;
/** How every text begins. */
const beginning = Buffer.from('{"version":');
/** The same with what follows: a checkpoint has versions of its own within. */
const beginnings = ['put', 'gone', 'checkpoint'].map((key) => Buffer.from(`{"version":1,"${key}"`));

/** What could be read of a journal's bytes. */
export interface DecodedRecords {
  readonly records: readonly string[];
  /** How many were damaged, as far as their remains tell. */
  readonly lost: number;
  /** Of a record at the end that a crash cut off: it never counted as written. */
  readonly tornBytes: number;
}

/** One record as it lies on the disk. */
export function encodeRecord(text: string): Buffer {
  const body = Buffer.from(text, 'utf8');
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(body.byteLength, 0);
  header.writeUInt32LE(crc32(body), 4);
  return Buffer.concat([header, body]);
}

/** Reads all records that are whole; damage costs only the records that it hit. Linear time. */
export function decodeRecords(bytes: Buffer): DecodedRecords {
  const records: string[] = [];
  let [at, lost] = [0, 0];
  while (at < bytes.byteLength) {
    const body = bodyAt(bytes, at);
    if (body !== undefined) {
      records.push(body.toString('utf8'));
      at += headerBytes + body.byteLength;
      continue;
    }
    const next = nextRecord(bytes, at + 1);
    const gap = bytes.subarray(at, next);
    const salvaged = salvage(gap);
    if (salvaged !== undefined) records.push(salvaged.toString('utf8'));
    else if (next < bytes.byteLength) lost += Math.max(countBeginnings(gap), 1);
    else if (isTorn(gap))
      return { records, lost: lost + Math.max(countBeginnings(gap) - 1, 0), tornBytes: gap.byteLength };
    else lost += Math.max(countBeginnings(gap), 1);
    at = next;
  }
  return { records, lost, tornBytes: 0 };
}

/** The text of the whole and undamaged record that begins here. */
function bodyAt(bytes: Buffer, at: number): Buffer | undefined {
  if (at + headerBytes > bytes.byteLength) return undefined;
  const length = bytes.readUInt32LE(at);
  const end = at + headerBytes + length;
  // A file system that lost the last write may show zeros in its place: no record of ours is empty.
  if (length === 0 || length > maxRecordBytes || end > bytes.byteLength) return undefined;
  const body = bytes.subarray(at + headerBytes, end);
  return crc32(body) === bytes.readUInt32LE(at + 4) ? body : undefined;
}

/** Where the next whole record begins, or the end. */
function nextRecord(bytes: Buffer, from: number): number {
  for (let found = from + headerBytes - 1; ;) {
    found = bytes.indexOf(beginning, found + 1);
    if (found < 0) return bytes.byteLength;
    // What only looks like a beginning stands in a text, whose characters are no length that a file could have.
    if (bodyAt(bytes, found - headerBytes) !== undefined) return found - headerBytes;
  }
}

/** The text of a record of which only the length is damaged. */
function salvage(gap: Buffer): Buffer | undefined {
  if (gap.byteLength <= headerBytes) return undefined;
  const body = gap.subarray(headerBytes);
  return crc32(body) === gap.readUInt32LE(4) ? body : undefined;
}

/** Whether a crash explains the end of a file: too short, or filled up with zeros. A text of ours ends with `}`. */
function isTorn(gap: Buffer): boolean {
  if (gap.byteLength < headerBytes || gap.at(-1) === 0) return true;
  return gap.readUInt32LE(0) > gap.byteLength - headerBytes;
}

function countBeginnings(gap: Buffer): number {
  let count = 0;
  for (const one of beginnings) {
    for (let at = gap.indexOf(one); at >= 0; at = gap.indexOf(one, at + 1)) count++;
  }
  return count;
}
