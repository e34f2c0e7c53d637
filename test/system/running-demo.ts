import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { vi } from 'vitest';
import { openSimulator, startDemo, type Demo, type Simulator } from '@companion/simulator';
import type { JsonObject } from '@companion/edge';

/** The whole system with the demo's twins, as real processes, and ways to look at it. */
export interface RunningDemo extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly demo: Demo;
  readonly root: string;
  /** The release that the link, the supervisor and the twin agree on as running; waits for it. */
  runningRelease(): Promise<string>;
  /** The same, for a release that is another than the one before. */
  anotherRelease(before: string): Promise<string>;
  /** Waits until the filter has read more messages than when it was called. */
  detectionsFlow(): Promise<void>;
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
    runningRelease: () => vi.waitFor(running, patience),
    anotherRelease: (before) =>
      vi.waitFor(async () => {
        const id = await running();
        if (id === before) throw new Error(`still ${before}`);
        return id;
      }, patience),
    async detectionsFlow() {
      const read = async (): Promise<number> =>
        Number(/^filter_messages_parsed_total\{.*\} (\d+)$/m.exec(await simulator.metricsOf('filter'))?.[1] ?? 0);
      let lowest = await read();
      await vi.waitFor(async () => {
        const now = await read();
        // A filter that was just restarted counts from zero again.
        lowest = Math.min(lowest, now);
        if (now <= lowest) throw new Error(`the filter has read ${now} messages and waits for more`);
      }, patience);
    },
    async [Symbol.asyncDispose]() {
      await simulator.stop();
      await demo[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}
