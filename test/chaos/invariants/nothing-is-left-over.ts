import { readdir } from 'node:fs/promises';
import { isTemporary } from '@companion/foundation/node';
import { ownModules } from '../targets.ts';
import type { Invariant } from '../invariant.ts';

/** Kept for a week, since the twin may want it again: a download of another digest that did not come to its end. */
const partOfAnother = /^partial\/[0-9a-f]{64}\.(?:part|json)$/;

/** When all has ended, the disks hold what is to be kept, and nothing that only a process needed. */
export const nothingIsLeftOver: Invariant = {
  name: 'nothing of ours is left over',
  when: 'stopped',
  async violations({ world }) {
    const problems: string[] = [];
    for (const module of ownModules) {
      for (const path of await readdir(world.diskOf(module), { recursive: true })) {
        if (isLeftOver(path)) problems.push(`${module}: ${path}`);
      }
    }
    return problems;
  },
};

function isLeftOver(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (partOfAnother.test(path)) return false;
  return (
    isTemporary(name) ||
    /\.(?:part|tmp|new)$/.test(name) ||
    /^(?:lock|staging|partial)\/./.test(path) ||
    name.startsWith('.supervisor.')
  );
}
