import type { Arrow, Violation } from './arrow.ts';
import { testOnly } from './floors.ts';

/**
 * Folders beside each other whose files import each other in a circle, directly or around others. Each folder stands for
 * all that is below it, so that a folder and its own subfolder are no circle. Tests don't count.
 */
export function folderCycles(arrows: readonly Arrow[]): Violation[] {
  const tests = new RegExp(testOnly);
  const graph = new Map<string, Set<string>>();
  for (const { from, to } of arrows) {
    if (tests.test(from) || tests.test(to)) continue;
    const pair = siblings(from, to);
    if (pair === undefined) continue;
    graph.set(pair.from, (graph.get(pair.from) ?? new Set()).add(pair.to));
  }
  return [...graph].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => reaches(graph, to, from))
      .map((to) => ({
        rule: 'folder-cycle',
        from,
        to,
        comment: 'Folders must not import each other in a circle.',
      })),
  );
}

/** The folders, or files, side by side below which the two ends of an arrow lie; undefined for files of one folder. */
function siblings(from: string, to: string): Arrow | undefined {
  const a = from.split('/');
  const b = to.split('/');
  let depth = 0;
  while (a[depth] === b[depth]) depth++;
  // `packages` and `modules` themselves hold nothing together.
  if (depth === 0 || depth >= a.length - 1 || depth >= b.length - 1) return undefined;
  return { from: a.slice(0, depth + 1).join('/'), to: b.slice(0, depth + 1).join('/') };
}

function reaches(graph: ReadonlyMap<string, ReadonlySet<string>>, start: string, end: string): boolean {
  const seen = new Set([start]);
  for (const folder of seen) {
    if (folder === end) return true;
    for (const next of graph.get(folder) ?? []) seen.add(next);
  }
  return false;
}
