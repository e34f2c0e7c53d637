import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { dockerForTests } from '@companion/simulator/testing';
import { startContainerDemo } from './container-demo.ts';

const docker = await dockerForTests();
const mayMount = process.getuid?.() === 0 && process.platform === 'linux';

describe.skipIf(!docker.ok || !mayMount)(
  'a volume that can not be written, in containers',
  { timeout: 120_000 },
  () => {
    test('is reported with its reason, and used as soon as it can be', async () => {
      if (!docker.ok) return;
      const bind = { hostConfig: { Binds: ['/var/deepstream/artifacts:/artifacts'] } };
      let disk = '';
      await using system = await startContainerDemo({
        client: docker.client,
        change: {
          artifacts: bind,
          filter: { hostConfig: { Binds: ['filter-data:/data'] } },
          NVIDIADeepStreamSDK: bind,
        },
        prepare: (root) => {
          disk = join(root, 'disk');
          const volume = join(root, 'host/var/deepstream/artifacts');
          for (const folder of [disk, volume]) mkdirSync(folder, { recursive: true });
          execFileSync('mount', ['-t', 'tmpfs', 'none', disk]);
          chownSync(disk, 1000, 1000);
          // A second mount of the same: the disk turns read-only, and back, under the mounts that containers have.
          execFileSync('mount', ['--bind', disk, volume]);
          execFileSync('mount', ['-o', 'remount,ro', disk]);
          return () => execFileSync('umount', [volume, disk]);
        },
      });
      system.demo.patchTwins(system.simulator);
      const report = () => JSON.stringify(system.reported('artifacts'));
      await vi.waitFor(() => expect(report()).toContain('VOLUME_UNWRITABLE'), { timeout: 30_000, interval: 100 });
      expect(system.simulator.agent.modules()[0]).toMatchObject({ name: 'artifacts', state: 'running', restarts: 0 });
      execFileSync('mount', ['-o', 'remount,rw', disk]);
      await system.runningRelease();
      expect(report()).not.toContain('VOLUME_UNWRITABLE');
    });
  },
);

test('a read-only volume needs an engine, the images, and root to make one', (context) => {
  if (!docker.ok) context.skip(docker.reason);
  if (!mayMount) context.skip('only root on Linux may mount');
});
