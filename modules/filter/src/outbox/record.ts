import { crc32 } from 'node:zlib';

/** Length and checksum before every record, both unsigned 32-bit little-endian. */
const headerBytes = 8;
/** A length beyond this is damage: the largest record holds some thousand messages. */
const maxRecordBytes = 512 * 1024 * 1024;

/** What could be read of a journal's bytes. */
export interface DecodedRecords {
  readonly records: readonly string[];
  /** Up to here the bytes are whole records; what follows was cut off by a crash, or is damaged. */
  readonly goodBytes: number;
}

/** One record as it lies on the disk: length, CRC-32 of the text, the text in UTF-8. */
export function encodeRecord(text: string): Buffer {
  const body = Buffer.from(text, 'utf8');
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(body.byteLength, 0);
  header.writeUInt32LE(crc32(body), 4);
  return Buffer.concat([header, body]);
}

/** Reads records up to the first that is torn or damaged: what stands behind such a one can't be told from its remains. */
export function decodeRecords(bytes: Buffer): DecodedRecords {
  const records: string[] = [];
  let at = 0;
  while (at + headerBytes <= bytes.byteLength) {
    const length = bytes.readUInt32LE(at);
    const end = at + headerBytes + length;
    // A file system that lost the last write may show zeros in its place: no record of ours is empty.
    if (length === 0 || length > maxRecordBytes || end > bytes.byteLength) break;
    const body = bytes.subarray(at + headerBytes, end);
    if (crc32(body) !== bytes.readUInt32LE(at + 4)) break;
    records.push(body.toString('utf8'));
    at = end;
  }
  return { records, goodBytes: at };
}
