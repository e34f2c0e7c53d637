import type { Gremlin } from '../gremlin.ts';
import { wishes, type Wish } from '../releases.ts';
import { between, pick } from '../storm.ts';

/** An operator, or a program, that changes its mind about the artifacts. */
export const twinFlap: Gremlin = {
  name: 'twin-flap',
  weight: 3,
  plan: (random) => ({ forMs: 0, args: { wish: pick(random, wishes), mark: between(random, 1, 3) } }),
  unavailable: () => undefined,
  act(world, { args }) {
    world.want(args['wish'] as Wish, Number(args['mark']));
    return Promise.resolve();
  },
};
