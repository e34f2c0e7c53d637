/** A header that needs no interpretation. */
export interface PlainHeader {
  readonly kind: 'file' | 'directory';
  /** Printable ASCII, at most 100 characters; whether it is safe is another question. */
  readonly path: string;
  /** 0 for a directory. */
  readonly sizeBytes: number;
}

/** Of a header and of the units that a file's contents are padded to. */
export const tarBlockBytes = 512;

const checksumAt = 148;
const zero = 0x30;

/**
 * Reads the header of a plain file or directory as POSIX ustar and GNU tar write it for nearly every entry: an ASCII name
 * that fits, octal numbers, no link, no prefix, a right checksum. `'zeros'` is half of an archive's end. Undefined for
 * anything else, right or wrong: that is the tar package's to judge, which takes many times as long.
 */
export function readPlainHeader(bytes: Buffer, at: number): PlainHeader | 'zeros' | undefined {
  const sum = sumOf(bytes, at);
  // Beyond ASCII are other alphabets and numbers too large for octal digits; behind a NUL the package reads a newline on.
  if (sum === undefined) return undefined;
  const checksum = checksumOf(bytes, at, sum);
  const told = readOctal(bytes, at + checksumAt, 8);
  if (told === undefined && checksum === 8 * 0x20) return 'zeros';
  if (told !== checksum || !endsOctal(bytes[at + checksumAt + 7])) return undefined;
  if (!hasPlainLayout(bytes, at)) return undefined;
  const type = bytes[at + 156];
  const nameEnd = endOfName(bytes, at);
  const sizeBytes = readOctal(bytes, at + 124, 12);
  if (nameEnd === at || sizeBytes === undefined) return undefined;
  const isDirectory = type === zero + 5;
  if (isDirectory ? sizeBytes !== 0 : type !== zero || bytes[nameEnd - 1] === 0x2f) return undefined;
  return { kind: isDirectory ? 'directory' : 'file', path: bytes.toString('latin1', at, nameEnd), sizeBytes };
}

/** Of all of a header's bytes; undefined where one is beyond ASCII or a newline. */
function sumOf(bytes: Buffer, at: number): number | undefined {
  let sum = 0;
  for (let index = at; index < at + tarBlockBytes; index++) {
    const byte = bytes[index] ?? 0;
    if (byte >= 0x80 || byte === 0x0a) return undefined;
    sum += byte;
  }
  return sum;
}

/** A header's checksum, of the sum of all its bytes: it is taken with spaces in its own place. */
export function checksumOf(bytes: Buffer, at: number, sum: number): number {
  let checksum = sum;
  for (let index = at + checksumAt; index < at + checksumAt + 8; index++) checksum += 0x20 - (bytes[index] ?? 0);
  return checksum;
}

/** No target of a link; and no prefix to the name, whose place GNU's layout uses for other things. */
function hasPlainLayout(bytes: Buffer, at: number): boolean {
  if (bytes[at + 157] !== 0 || bytes.readUIntBE(at + 257, 5) !== 0x75_73_74_61_72) return false;
  const layout = bytes.readUIntBE(at + 262, 3);
  if (layout === 0x20_20_00) return true;
  return layout === 0x00_30_30 && bytes[at + 345] === 0 && bytes[at + 475] === 0;
}

/** Where the name ends; `at` where there is none or a control character in it. */
function endOfName(bytes: Buffer, at: number): number {
  let end = at;
  for (; end < at + 100; end++) {
    const byte = bytes[end] ?? 0;
    if (byte === 0) break;
    if (byte < 0x20 || byte === 0x7f) return at;
  }
  return end;
}

/** Digits up to a NUL, a space or the field's end; undefined where there are none or something else among them. */
function readOctal(bytes: Buffer, at: number, length: number): number | undefined {
  let value = 0;
  for (let index = at; index < at + length; index++) {
    const digit = (bytes[index] ?? 0) - zero;
    if (digit >= 0 && digit < 8) value = value * 8 + digit;
    else if (index > at && endsOctal(bytes[index])) return value;
    else return undefined;
  }
  return value;
}

function endsOctal(byte: number | undefined): boolean {
  return byte === 0 || byte === 0x20;
}
