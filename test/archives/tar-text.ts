/** One entry of a tar archive, as wrong as it may be. */
export interface TarEntry {
  readonly name: string | Buffer;
  readonly type?: string;
  readonly body?: Buffer;
  /** What the header says, where that is not the body's length. */
  readonly size?: number;
  readonly link?: string;
  readonly mode?: number;
  readonly breakChecksum?: boolean;
}

const block = 512;

/** A tar archive byte by byte: the tools that make archives refuse to make these. */
export function tarOf(entries: readonly TarEntry[], end: Buffer = Buffer.alloc(2 * block)): Buffer {
  return Buffer.concat([...entries.flatMap((entry) => [headerOf(entry), padded(entry.body ?? Buffer.alloc(0))]), end]);
}

/** An extended header with these records before the entry that they are about; of type `g`, before all that follow. */
export function paxOf(records: Readonly<Record<string, string | Buffer>>, type = 'x'): TarEntry {
  return {
    name: 'PaxHeaders/x',
    type,
    body: Buffer.concat(Object.entries(records).map(([key, value]) => paxRecord(key, value))),
  };
}

/** One record, with the length that it has. */
export function paxRecord(key: string, value: string | Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function headerOf({ name, type = '0', body, size, link = '', mode = 0o644, breakChecksum }: TarEntry): Buffer {
  const header = Buffer.alloc(block);
  Buffer.from(name).copy(header, 0, 0, 100);
  const octal = (value: number, at: number, length: number): void => {
    header.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  };
  octal(mode, 100, 8);
  octal(12_345, 108, 8);
  octal(12_345, 116, 8);
  octal(size ?? body?.length ?? 0, 124, 12);
  octal(0, 136, 12);
  header.write(type, 156, 'latin1');
  header.write(link, 157, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0) + (breakChecksum === true ? 1 : 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

function padded(body: Buffer): Buffer {
  return Buffer.concat([body, Buffer.alloc((block - (body.length % block)) % block)]);
}
