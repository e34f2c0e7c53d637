import type { Gremlin } from '../gremlin.ts';
import { ownModules, type OwnModule } from '../targets.ts';
import { between, pick } from '../storm.ts';

/** Calls of the file system that fail now and then, in one module: fault-shim.mjs. */
export const diskErrors: Gremlin = {
  name: 'disk-errors',
  weight: 1,
  plan: (random) => ({
    forMs: between(random, 1_000, 6_000),
    args: {
      module: pick(random, ownModules),
      code: pick(random, ['EIO', 'ENOSPC']),
      share: pick(random, [0.1, 0.5, 1]),
      seed: between(random, 1, 1_000_000),
    },
  }),
  unavailable: () => undefined,
  async act(world, { args, forMs }) {
    const { module, ...faults } = args;
    world.setFaults(module as OwnModule, faults);
    try {
      await world.wait(forMs);
    } finally {
      world.setFaults(module as OwnModule, {});
    }
  },
};
