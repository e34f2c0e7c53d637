import type { Invariant } from '../invariant.ts';
import { digestsAreRight } from './digests-are-right.ts';
import { eventsAreTrue } from './events-are-true.ts';
import { modulesDoNotCrash } from './modules-do-not-crash.ts';
import { newestReleaseRuns } from './newest-release-runs.ts';
import { nothingIsLeftOver } from './nothing-is-left-over.ts';
import { processesAreFlat } from './processes-are-flat.ts';

/** All that must be so. */
export const invariants: readonly Invariant[] = [
  newestReleaseRuns,
  digestsAreRight,
  eventsAreTrue,
  modulesDoNotCrash,
  processesAreFlat,
  nothingIsLeftOver,
];
