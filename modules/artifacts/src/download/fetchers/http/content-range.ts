/** Content-Range of a 206: first and last byte, inclusive, of a file of `total` bytes (undefined where the server says `*`). */
export interface ContentRange {
  readonly first: number;
  readonly last: number;
  readonly total: number | undefined;
}

/** Reads `bytes 0-9/100`; undefined for anything that is not sound. */
export function parseContentRange(text: string | null): ContentRange | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(text?.trim() ?? '');
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2]);
  const total = match[3] === '*' ? undefined : Number(match[3]);
  const sound = Number.isSafeInteger(last) && first <= last && (total === undefined || last < total);
  return sound ? { first, last, total } : undefined;
}
