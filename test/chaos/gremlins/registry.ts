import type { Gremlin } from '../gremlin.ts';
import { clockJump } from './clock-jump.ts';
import { diskErrors } from './disk-errors.ts';
import { freeze } from './freeze.ts';
import { fullDisk } from './full-disk.ts';
import { hostileMessages } from './hostile-messages.ts';
import { hubCut } from './hub-cut.ts';
import { kill } from './kill.ts';
import { twinFlap } from './twin-flap.ts';
import { zonesFlap } from './zones-flap.ts';

/** All kinds of trouble. A new line changes what the seeds mean. */
export const gremlins: readonly Gremlin[] = [
  kill,
  freeze,
  hubCut,
  fullDisk,
  diskErrors,
  clockJump,
  twinFlap,
  zonesFlap,
  hostileMessages,
];
