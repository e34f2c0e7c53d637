import { clockTargets, fakeTimeLibrary, type ClockTarget } from '../fake-time.ts';
import type { Gremlin } from '../gremlin.ts';
import { between, pick } from '../storm.ts';

/** The wall clock of one process is wrong for a while; the machine's own is never touched. */
export const clockJump: Gremlin = {
  name: 'clock-jump',
  weight: 1,
  plan: (random) => ({
    forMs: between(random, 3_000, 10_000),
    args: { target: pick(random, clockTargets), offsetSec: pick(random, [-3_600, -300, -30, 30, 300, 3_600]) },
  }),
  unavailable: () =>
    fakeTimeLibrary() === undefined ? 'clock jumps need libfaketime (the package faketime)' : undefined,
  async act(world, { args, forMs }) {
    const target = args['target'] as ClockTarget;
    world.setClock(target, Number(args['offsetSec']));
    try {
      await world.wait(forMs);
    } finally {
      world.setClock(target, 0);
    }
  },
};
