import type { Step, TroubleKind } from './storm.ts';
import type { World } from './world.ts';

/** A kind of trouble: one file in `gremlins/`, one line in its registry. */
export interface Gremlin extends TroubleKind {
  /** Why it can't be made on this machine; undefined where it can. */
  readonly unavailable: () => string | undefined;
  /** Does what the step says, waits for `step.forMs`, and undoes it. Trouble that finds nothing to trouble is no error. */
  act(world: World, step: Step): Promise<void>;
}
