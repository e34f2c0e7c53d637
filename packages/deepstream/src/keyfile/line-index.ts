import type { Line } from './line.ts';

/** Where a group's lines are, as indexes into the file's lines. GLib merges groups of one name; so does this. */
export interface GroupIndex {
  /** The group's header lines, at least one. */
  readonly headers: readonly number[];
  /** Every line that gives a key, by key; the last one wins. */
  readonly keys: ReadonlyMap<string, readonly number[]>;
}

/** Finds every group and key, in the order of their first appearance. Dropped translations are left out. */
export function indexLines(lines: readonly Line[]): ReadonlyMap<string, GroupIndex> {
  const groups = new Map<string, { headers: number[]; keys: Map<string, number[]> }>();
  let current: { headers: number[]; keys: Map<string, number[]> } | undefined;
  lines.forEach((line, at) => {
    if (line.kind === 'group') {
      current = groups.get(line.name);
      if (current === undefined) {
        current = { headers: [], keys: new Map() };
        groups.set(line.name, current);
      }
      current.headers.push(at);
    } else if (line.kind === 'key' && !line.dropped && current !== undefined) {
      const found = current.keys.get(line.key);
      if (found === undefined) current.keys.set(line.key, [at]);
      else found.push(at);
    }
  });
  return groups;
}

/** The index after the last line of the block that starts with the header at `header`. */
export function blockEnd(lines: readonly Line[], header: number): number {
  let at = header + 1;
  while (at < lines.length && lines[at]?.kind !== 'group') at += 1;
  return at;
}
