/** What a download is, told from its first bytes (names and content types lie). */
export type ContentKind = 'tar.gz' | 'tar' | 'zip' | 'file';

/** Of a tar's header. */
const tarBlockBytes = 512;

/** So many first bytes decide. */
export const contentHeadBytes = tarBlockBytes;

/** Tells what a file is; `head` is its first 512 bytes, or all of it where there are fewer. */
export function contentKindOf(head: Buffer): ContentKind {
  if (head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b) return 'tar.gz';
  if (head.length >= 4 && isZip(head.readUInt32BE(0))) return 'zip';
  return isTarHeader(head) ? 'tar' : 'file';
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
