/** DeepStream's id of an untracked object from 6.0 on: UINT64_MAX (nvdsmeta.h, UNTRACKED_OBJECT_ID). */
export const untracked = '18446744073709551615';

/**
 * A tracker's id as it was written, or null for the ways to write "untracked": UINT64_MAX, the −1 of versions up to
 * 5.1, UINT64_MAX after a way through a float, and nothing.
 */
export function readTrackId(id: string): string | null {
  if (id.length === 0 || (id.length === 2 && id === '-1')) return null;
  if (id.length === 20 && id === untracked) return null;
  return id.length === 11 && id === '1.84467e+19' ? null : id;
}
