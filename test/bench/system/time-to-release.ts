import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { openSimulator, startDemo, type Demo, type Simulator } from '@companion/simulator';
import { measurement, type Benchmark } from '../benchmark.ts';

const run = promisify(execFile);

/**
 * Milliseconds from the twin patch until the supervisor runs DeepStream on the new release: download, verification,
 * unpacking, publishing, restart; against curl and tar fetching and unpacking the same files in the same run, which
 * verify nothing, flush nothing and start nothing.
 */
export const timeToRelease: Benchmark = {
  name: 'system.patch-to-running',
  async run() {
    const root = await mkdtemp(join(tmpdir(), 'bench-'));
    const simulator = await openSimulator({
      templatePath: 'deployment.template.json',
      environment: process.env,
      root,
      hubPort: 0,
      apiPort: 0,
      standInEnvironment: { DEEPSTREAM_STAND_IN_ENGINE_BUILD_MS: '0' },
      log: pino({ level: 'silent' }),
    });
    try {
      await using demo = await startDemo({ root, seed: 1, bytesPerSec: 0 });
      await simulator.start();
      await until(() => simulator.hub.stats().modules['artifacts']?.connected === true);
      await until(async () => (await status(simulator)).startsWith('state=waiting'));
      const beganMs = performance.now();
      demo.patchTwins(simulator);
      await until(async () => (await status(simulator)).startsWith('state=running'));
      const ours = performance.now() - beganMs;
      return [measurement(this.name, 'ms', ours, await byHand(demo, root))];
    } finally {
      await simulator.stop();
      await rm(root, { recursive: true, force: true });
    }
  },
};

async function byHand(demo: Demo, root: string): Promise<number> {
  const beganMs = performance.now();
  for (const artifact of demo.artifacts) {
    const directory = join(root, 'by-hand', artifact.name);
    await mkdir(directory, { recursive: true });
    const file = join(directory, basename(artifact.file));
    await run('curl', ['-sS', '-o', file, demo.urlOf(artifact)]);
    await run('tar', ['-xzf', file, '-C', directory]);
  }
  return performance.now() - beganMs;
}

function status(simulator: Simulator): Promise<string> {
  return readFile(join(simulator.volume, 'supervisor.status'), 'utf8').catch(() => '');
}

async function until(probe: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 60_000;
  while (!(await probe())) {
    if (performance.now() > endMs) throw new Error('gave up after 60 s');
    await delay(10);
  }
}
