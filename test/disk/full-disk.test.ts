import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@companion/foundation/node';
import { createLog } from '@companion/edge';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openVolume, ReleaseControl } from '@companion/artifacts/testing';
import { mountable, mountSmallDisk, unmountSmallDisk } from './small-disk.ts';

describe.skipIf(!mountable)('a disk that is full when the module starts (needs root, to mount a tmpfs)', () => {
  let root: string;
  let control: ReleaseControl;
  beforeEach(async () => {
    root = await mountSmallDisk('256k');
    const layout = await openVolume(root);
    // What a power cut leaves: a release that runs, and nothing written down of it.
    await mkdir(join(layout.releases, 'one'));
    await writeFile(join(layout.releases, 'one', 'release.json'), '{}');
    await symlink('releases/one', layout.current);
    fill(join(root, 'recordings'));
    const log = createLog({ module: 'test', level: 'silent' });
    control = new ReleaseControl({ layout, clock: systemClock, log, random: Math.random, onView: () => undefined });
  });
  afterEach(async () => {
    await control.stop();
    await unmountSmallDisk(root);
  });

  test('does not keep it from starting, since only a module that works makes room', async () => {
    await expect(control.start()).resolves.toBeUndefined();
    expect(control.view.current).toBe('one');
    const rejection = { id: 'two', code: 'BAD_ARCHIVE', message: 'no archive' };
    await expect(control.put({ type: 'reject', rejection })).rejects.toMatchObject({ code: 'ENOSPC' });
    rmSync(join(root, 'recordings'));
    expect(await control.put({ type: 'reject', rejection })).toBe(true);
  });
});

/** To the last byte. */
function fill(file: string): void {
  const descriptor = openSync(file, 'w');
  try {
    for (;;) writeSync(descriptor, Buffer.alloc(4096));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    closeSync(descriptor);
  }
}
