import type { OutlineEntry, OutlineGroup } from './outline.ts';

/** The groups of one name, in the file's order; the first one is read. */
export interface IndexedGroup {
  readonly first: OutlineGroup;
  readonly all: readonly OutlineGroup[];
  /** The first group's entries by key; the last one counts. */
  readonly keys: ReadonlyMap<string, readonly OutlineEntry[]>;
}

/** Finds groups and keys by name, in the order of their first appearance. */
export function indexOutline(groups: readonly OutlineGroup[]): ReadonlyMap<string, IndexedGroup> {
  const index = new Map<string, { first: OutlineGroup; all: OutlineGroup[]; keys: Map<string, OutlineEntry[]> }>();
  for (const group of groups) {
    const found = index.get(group.name);
    if (found !== undefined) {
      found.all.push(group);
      continue;
    }
    const keys = new Map<string, OutlineEntry[]>();
    for (const entry of group.entries) {
      const same = keys.get(entry.key);
      if (same === undefined) keys.set(entry.key, [entry]);
      else same.push(entry);
    }
    index.set(group.name, { first: group, all: [group], keys });
  }
  return index;
}
