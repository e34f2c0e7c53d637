import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '@companion/foundation/node';
import { mountable } from '../../disk/small-disk.ts';
import type { Gremlin } from '../gremlin.ts';
import { ownModules, type OwnModule } from '../targets.ts';
import { between, pick } from '../storm.ts';

/** Somebody else's file takes the last byte of a module's disk for a while. */
export const fullDisk: Gremlin = {
  name: 'full-disk',
  weight: 1,
  plan: (random) => ({ forMs: between(random, 2_000, 8_000), args: { disk: pick(random, ownModules) } }),
  unavailable: () => (mountable ? undefined : 'a full disk needs root, to mount a small one'),
  async act(world, { args, forMs }) {
    const file = join(world.diskOf(args['disk'] as OwnModule), 'recordings');
    const descriptor = openSync(file, 'w');
    try {
      for (;;) writeSync(descriptor, Buffer.alloc(65_536));
    } catch (error) {
      if (!hasErrno(error, 'ENOSPC')) throw error;
    } finally {
      closeSync(descriptor);
    }
    try {
      await world.wait(forMs);
    } finally {
      rmSync(file);
    }
  },
};
