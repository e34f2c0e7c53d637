import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject } from '@companion/foundation';
import type { Invariant } from '../invariant.ts';

/** DeepStream itself, the supervisor, the link and the twin name the same release. */
export const newestReleaseRuns: Invariant = {
  name: 'the newest release runs',
  when: 'running',
  async violations({ world }) {
    const volume = world.diskOf('artifacts');
    const { release } = world.reported('artifacts');
    const { id, state } = isJsonObject(release) ? release : {};
    const linked = (await readlink(join(volume, 'current')).catch(() => '')).replace('releases/', '');
    const status = await world.supervisorStatus();
    // What DeepStream was started with: its own word, not ours.
    const command = await readFile(`/proc/${(await world.pidOf('app')) ?? 0}/cmdline`, 'utf8').catch(() => '');
    const played = /\/releases\/([^/]+)\//.exec(command)?.[1];
    const all = {
      reported: id,
      state,
      linked,
      supervisor: status['release'],
      supervisorState: status['state'],
      played,
    };
    const right =
      state === 'running' &&
      status['state'] === 'running' &&
      [linked, status['release'], played].every((one) => one === id);
    return right ? [] : [JSON.stringify(all)];
  },
};
