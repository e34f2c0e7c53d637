import type { JsonObject } from '@companion/foundation';
import type { Gremlin } from '../gremlin.ts';
import { pick } from '../storm.ts';

/** Never the zones that the truth is known of: only how they are watched, and mistakes. */
const documents: readonly JsonObject[] = [
  { defaults: { leaveAfterMs: 1_500 } },
  { defaults: { leaveAfterMs: 900 } },
  { defaults: { leaveAfterMs: -1 } },
  { defaults: 'none' },
  { zones: { extra: { kind: 'area', sensor: 'Lane', polygon: [0, 0, 100, 0, 100, 100] } } },
  { zones: { extra: { kind: 'spot', sensor: 'Lane', polygon: [0] } } },
  { zones: { extra: null } },
  { snapshotEveryMs: 1_000 },
  { snapshotEveryMs: null },
];

/** The filter's twin changes, rightly and wrongly. */
export const zonesFlap: Gremlin = {
  name: 'zones-flap',
  weight: 1,
  plan: (random) => ({ forMs: 0, args: { document: pick(random, documents) } }),
  unavailable: () => undefined,
  act({ hub }, { args }) {
    hub.twins.patchDesired('filter', args['document'] as JsonObject);
    return Promise.resolve();
  },
};
