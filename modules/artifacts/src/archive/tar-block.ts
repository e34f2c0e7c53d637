import { paxText } from './pax-records.ts';

/** Everything in a tar comes in blocks of so many bytes. */
export const tarBlockBytes = 512;

/** Where fields of a header are, and how long (POSIX.1-2017, pax, "ustar Interchange Format"). */
const nameField = [0, 100] as const;
const sizeField = [124, 136] as const;
const sumField = [148, 156] as const;
const typeAt = 156;
const linkField = [157, 257] as const;
const magicField = [257, 265] as const;
const prefixField = [345, 500] as const;
/** Where star has times behind a shorter prefix, as this byte tells. */
const prefixMarkAt = 475;

/** Contents with what fills their last block. */
export function paddedBytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / tarBlockBytes) * tarBlockBytes;
}

/** The letter for the kind of entry. */
export function typeOf(header: Buffer): string {
  return String.fromCharCode(header[typeAt] ?? 0);
}

/** Whether both names of a header are plain: no tool reads anything else in them. */
export function hasPlainNames(header: Buffer): boolean {
  return (
    isPlain(header, nameField) && isPlain(header, linkField) && (isPlain(header, prefixField) || !hasPrefix(header))
  );
}

/** The names as they are in the header, up to their NULs. */
export function namesOf(header: Buffer): { readonly path: Buffer; readonly linkpath: Buffer } {
  const name = fieldOf(header, ...nameField);
  const prefix = prefixOf(header);
  const path = prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]);
  return { path, linkpath: fieldOf(header, ...linkField) };
}

/** The header under a name that says nothing, for an extended header to give the real ones. */
export function withoutNames(header: Buffer): Buffer {
  const { linkpath } = namesOf(header);
  const copy = Buffer.from(header);
  for (const [from, to] of [nameField, linkField]) copy.fill(0, from, to);
  if (hasPrefix(header)) copy.fill(0, ...prefixField);
  copy.write('entry', nameField[0], 'latin1');
  if (linkpath.length > 0) copy.write('entry', linkField[0], 'latin1');
  return withSum(copy);
}

/** An extended header for the next entry, whole. */
export function extendedHeader(records: Readonly<Record<string, string>>): Buffer {
  const text = paxText(records);
  const blocks = Buffer.alloc(tarBlockBytes + paddedBytes(text.length));
  blocks.write('header', nameField[0], 'latin1');
  blocks.write(`${text.length.toString(8).padStart(11, '0')}\0`, sizeField[0], 'latin1');
  blocks.write('x', typeAt, 'latin1');
  blocks.write('ustar\x0000', magicField[0], 'latin1');
  withSum(blocks);
  text.copy(blocks, tarBlockBytes);
  return blocks;
}

function withSum(header: Buffer): Buffer {
  header.write(`${sumOf(header).toString(8).padStart(6, '0')}\0 `, sumField[0], 'latin1');
  return header;
}

function sumOf(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < tarBlockBytes; at++) {
    sum += at >= sumField[0] && at < sumField[1] ? 0x20 : (header[at] ?? 0);
  }
  return sum;
}

/** ASCII up to a NUL, and nothing behind it. */
function isPlain(header: Buffer, [from, to]: readonly [number, number]): boolean {
  let ended = false;
  for (let at = from; at < to; at++) {
    const byte = header[at] ?? 0;
    if (byte === 0) ended = true;
    else if (ended || byte >= 0x80) return false;
  }
  return true;
}

function hasPrefix(header: Buffer): boolean {
  return header.toString('latin1', ...magicField) === 'ustar\x0000';
}

function prefixOf(header: Buffer): Buffer {
  if (!hasPrefix(header)) return Buffer.alloc(0);
  return fieldOf(header, prefixField[0], header[prefixMarkAt] === 0 ? prefixMarkAt : prefixField[1]);
}

function fieldOf(header: Buffer, from: number, to: number): Buffer {
  const field = header.subarray(from, to);
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}
