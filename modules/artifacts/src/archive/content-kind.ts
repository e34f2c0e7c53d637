import { isZipModel } from './zip-model.ts';

/**
 * What a download is, told from its first bytes (names and content types lie). A `gzip` holds a tar or one file; a
 * `zip-model` is one file; `packed` is whatever would be unpacked or refused, were it not wanted as one file.
 */
export type ContentKind = 'gzip' | 'tar' | 'zip' | 'zip-model' | 'file' | 'packed' | UnsupportedKind;

/** What would have to be unpacked, and is not. */
type UnsupportedKind = 'xz' | 'bzip2' | 'zstd' | '7z' | 'rar' | 'lz4' | 'lzip' | 'compress' | 'cab';

/** First bytes, as `file` and the formats' own descriptions have them. */
const unsupportedMagics: readonly (readonly [UnsupportedKind, Buffer])[] = [
  ['xz', Buffer.from('\xfd7zXZ\0', 'latin1')],
  ['zstd', Buffer.from('\x28\xb5\x2f\xfd', 'latin1')],
  ['7z', Buffer.from("7z\xbc\xaf'\x1c", 'latin1')],
  ['rar', Buffer.from('Rar!\x1a\x07', 'latin1')],
  ['lz4', Buffer.from('\x04\x22\x4d\x18', 'latin1')],
  ['lzip', Buffer.from('LZIP\x01', 'latin1')],
  ['compress', Buffer.from('\x1f\x9d\x90', 'latin1')],
  ['cab', Buffer.from('MSCF\0\0\0\0', 'latin1')],
];

/** Of a tar's header. */
const tarBlockBytes = 512;

/** So many first bytes decide. */
export const contentHeadBytes = tarBlockBytes;

/** Tells what a file is; `head` is its first 512 bytes, or all of it where there are fewer. */
export function contentKindOf(head: Buffer): ContentKind {
  if (head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length >= 4 && isZip(head.readUInt32BE(0))) return isZipModel(head) ? 'zip-model' : 'zip';
  const [unsupported] = unsupportedMagics.find(([, magic]) => magic.equals(head.subarray(0, magic.length))) ?? [];
  if (unsupported !== undefined) return unsupported;
  // Then the level, and the first block's mark.
  if (/^BZh[1-9]1AY&SY/.test(head.toString('latin1', 0, 10))) return 'bzip2';
  return isTarHeader(head) ? 'tar' : 'file';
}

/** Whether a download of this kind is unpacked. */
export function isUnpacked(kind: ContentKind): kind is 'gzip' | 'tar' | 'zip' {
  return kind === 'gzip' || kind === 'tar' || kind === 'zip';
}

/** Whether a download of this kind is neither unpacked nor taken as one file. */
export function isUnsupported(kind: ContentKind): kind is UnsupportedKind {
  return !isUnpacked(kind) && !isOneFile(kind);
}

/** Whether a download of this kind stays the one file that it is. */
export function isOneFile(kind: ContentKind): kind is 'file' | 'zip-model' | 'packed' {
  return kind === 'file' || kind === 'zip-model' || kind === 'packed';
}

/** A local file header, or the end record of an archive without entries. */
function isZip(magic: number): boolean {
  return magic === 0x504b0304 || magic === 0x504b0506;
}

/** Old tars have no magic number, but every header has the sum of its own bytes, with the sum itself taken as spaces. */
function isTarHeader(head: Buffer): boolean {
  if (head.length < tarBlockBytes) return false;
  const stored = Number.parseInt(
    head
      .toString('latin1', 148, 156)
      .replace(/[\0 ]+$/, '')
      .trim(),
    8,
  );
  const header = Buffer.from(head.subarray(0, tarBlockBytes)).fill(' ', 148, 156);
  return header.reduce((sum, byte) => sum + byte, 0) === stored;
}
