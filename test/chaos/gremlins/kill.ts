import type { Gremlin } from '../gremlin.ts';
import { targets, type Target } from '../targets.ts';
import { pick } from '../storm.ts';

/** `kill -9` of a module, of DeepStream's supervisor, or of DeepStream. */
export const kill: Gremlin = {
  name: 'kill',
  weight: 3,
  plan: (random) => ({ forMs: 0, args: { target: pick(random, targets) } }),
  unavailable: () => undefined,
  async act(world, { args }) {
    await world.signal(args['target'] as Target, 'SIGKILL');
  },
};
