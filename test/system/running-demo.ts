import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openSimulator, startDemo, type Demo, type Simulator } from '@companion/simulator';
import type { JsonObject } from '@companion/foundation';
import { watchDemo, type DemoWatch } from './demo-watch.ts';

/** The whole system with the demo's twins, as real processes, and ways to look at it. */
export interface RunningDemo extends DemoWatch, AsyncDisposable {
  readonly simulator: Simulator;
  readonly demo: Demo;
  readonly root: string;
  reported(module: string): JsonObject;
  supervisorStatus(): Promise<Readonly<Record<string, string>>>;
}

const patience = { timeout: 40_000, interval: 100 };

/** Starts everything below a new temporary folder and waits for the first release to run. */
export async function startRunningDemo(): Promise<RunningDemo> {
  const root = await mkdtemp(join(tmpdir(), 'system-'));
  const simulator = await openSimulator({
    templatePath: 'deployment.template.json',
    environment: process.env,
    root,
    hubPort: 0,
    apiPort: 0,
    standInEnvironment: { DEEPSTREAM_STAND_IN_ENGINE_BUILD_MS: '200' },
    backoffUnitMs: 300,
    log: pino({ level: 'silent' }),
  });
  const demo = await startDemo({ root, seed: 1 });
  await simulator.start();
  demo.patchTwins(simulator);

  const reported = (module: string): JsonObject => simulator.hub.twins.get(module).properties.reported;
  const supervisorStatus = async (): Promise<Record<string, string>> => {
    const text = await readFile(join(simulator.volume, 'supervisor.status'), 'utf8').catch(() => '');
    return Object.fromEntries(
      text
        .trim()
        .split('\n')
        .map((line) => line.split('=') as [string, string]),
    );
  };

  const running = async (): Promise<string> => {
    const { id, state } = (reported('artifacts')['release'] ?? {}) as { id?: string; state?: string };
    const status = await supervisorStatus();
    const published = JSON.parse(await readFile(join(simulator.volume, 'current', 'release.json'), 'utf8')) as {
      id: string;
    };
    if (state === 'running' && status['state'] === 'running' && status['release'] === id && published.id === id)
      return id;
    const processes = simulator.agent.modules();
    throw new Error(`not running: ${JSON.stringify({ id, state, status, published: published.id, processes })}`);
  };

  return {
    simulator,
    demo,
    root,
    reported,
    supervisorStatus,
    ...watchDemo(simulator, running, patience),
    async [Symbol.asyncDispose]() {
      await simulator.stop();
      await demo[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}
