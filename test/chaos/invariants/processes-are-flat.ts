import { ownModules } from '../targets.ts';
import type { Invariant } from '../invariant.ts';

/** A process that has just started still loads: it is measured from here on. */
const settledAfterMs = 8_000;
const maxGrowthBytes = 80 * 1024 * 1024;
const maxMoreDescriptors = 20;

/** No process has taken more and more: each at the end of its life against itself when it had started. */
export const processesAreFlat: Invariant = {
  name: 'memory and descriptors are flat',
  when: 'running',
  violations({ witness: { samples } }) {
    const problems: string[] = [];
    for (const module of ownModules) {
      for (const pid of new Set(samples.filter((one) => one.module === module).map((one) => one.pid))) {
        const all = samples.filter((one) => one.pid === pid);
        const [first] = all;
        const settled = all.filter(({ atMs }) => atMs >= (first?.atMs ?? 0) + settledAfterMs);
        const [early, late] = [settled[0], settled.at(-1)];
        if (early === undefined || late === undefined) continue;
        const grown = late.rssBytes - early.rssBytes;
        const more = late.descriptors - early.descriptors;
        const seconds = Math.round((late.atMs - early.atMs) / 1000);
        if (grown > maxGrowthBytes)
          problems.push(`${module} took ${Math.round(grown / 1e6)} MB more within ${seconds} s`);
        if (more > maxMoreDescriptors) problems.push(`${module} has ${more} descriptors more after ${seconds} s`);
      }
    }
    return Promise.resolve(problems);
  },
};
