import type { Gremlin } from '../gremlin.ts';
import { between, pick } from '../storm.ts';

/** The hub closes a connection, or is away for a while with everything it listens on. */
export const hubCut: Gremlin = {
  name: 'hub-cut',
  weight: 2,
  plan: (random) => {
    const what = pick(random, ['artifacts', 'filter', 'NVIDIADeepStreamSDK', 'all']);
    return { forMs: what === 'all' ? between(random, 500, 6_000) : 0, args: { what } };
  },
  unavailable: () => undefined,
  async act({ hub, wait }, { args, forMs }) {
    if (args['what'] !== 'all') {
      hub.disconnect(args['what'] as string);
      return;
    }
    await hub.stop();
    try {
      await wait(forMs);
    } finally {
      await hub.start();
    }
  },
};
