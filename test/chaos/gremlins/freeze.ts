import type { Gremlin } from '../gremlin.ts';
import { targets, type Target } from '../targets.ts';
import { between, pick } from '../storm.ts';

/** A process that does not move for a while. */
export const freeze: Gremlin = {
  name: 'freeze',
  weight: 2,
  plan: (random) => ({ forMs: between(random, 500, 8_000), args: { target: pick(random, targets) } }),
  unavailable: () => undefined,
  async act(world, { args, forMs }) {
    const pid = await world.signal(args['target'] as Target, 'SIGSTOP');
    await world.wait(forMs);
    if (pid !== undefined) world.signalProcess(pid, 'SIGCONT');
  },
};
