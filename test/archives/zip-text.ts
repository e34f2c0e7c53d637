import { crc32 } from './crc32.ts';
import { deflateRawSync } from 'node:zlib';

/** One entry of a zip archive, as wrong as it may be. */
export interface ZipEntry {
  readonly name: string | Buffer;
  readonly body?: Buffer;
  /** What the directory says, where that is not the body's length. */
  readonly size?: number;
  /** Of the Unix file, type included. */
  readonly mode?: number;
  readonly method?: number;
  readonly encrypted?: boolean;
  /** What the directory says, where that is not the body's. */
  readonly crc?: number;
  /** Whether names are said to be UTF-8. */
  readonly saysUtf8?: boolean;
  /** Of the format, which a reader needs. */
  readonly version?: number;
}

/** A zip archive byte by byte. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { name, body = Buffer.alloc(0), size, mode = 0o100_644, method = 8, encrypted = false } = entry;
    const data = method === 0 ? body : deflateRawSync(body);
    const bytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(entry.version ?? 20, 0);
    // UTF-8 names, and whether there is a password.
    common.writeUInt16LE((entry.saysUtf8 === false ? 0 : 0x800) | (encrypted ? 1 : 0), 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(entry.crc ?? crc32(body), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(size ?? body.length, 18);
    common.writeUInt16LE(bytes.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, bytes, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, tail, bytes]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}
