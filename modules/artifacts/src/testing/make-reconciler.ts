import { createLog } from '@companion/edge';
import { systemClock } from '@companion/foundation/node';
import { createCredentials } from '../credentials/credentials.ts';
import { defaultFetchPolicy } from '../download/transfer/fetch-policy.ts';
import { Reconciler } from '../reconcile/reconciler.ts';
import { openVolume } from '../volume/open-volume.ts';
import { Undeletable } from '../volume/undeletable.ts';

type ReconcilerOptions = ConstructorParameters<typeof Reconciler>[0];

/** A reconciler of the volume at `root`, not started: downloads go straight to the server, without credentials, nothing comes from files. */
export async function makeReconciler(
  root: string,
  change: Partial<Omit<ReconcilerOptions, 'layout' | 'undeletable'>> = {},
): Promise<Reconciler> {
  const undeletable = new Undeletable(root);
  return new Reconciler({
    layout: await openVolume(root, undeletable),
    undeletable,
    clock: systemClock,
    random: Math.random,
    downloads: {
      policy: defaultFetchPolicy,
      credentials: createCredentials({ directory: undefined, variables: {} }),
    },
    log: createLog({ module: 'test', level: 'silent' }),
    onState: () => undefined,
    ...change,
  });
}
