import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { vi } from 'vitest';
import { openSimulator } from '@companion/simulator';
import { attachDebugger } from './attached-debugger.ts';
import { copyWithFreePorts } from './debug-template.ts';
import { inspectorPort, moduleNames, type DebuggedModules } from './debugged-modules.ts';
import { launchConfiguration } from './launch-file.ts';

/**
 * The debug template as `npm start -- --template deployment.debug.template.json` runs it, with one difference: any free
 * ports in the place of its fixed ones, so that two of these can run at the same time.
 */
export async function startFromSource(): Promise<DebuggedModules> {
  const root = await mkdtemp(join(tmpdir(), 'debugging-'));
  const simulator = await openSimulator({
    templatePath: copyWithFreePorts(root),
    environment: process.env,
    root: join(root, 'device'),
    hubPort: 0,
    apiPort: 0,
    standInEnvironment: {},
    without: ['NVIDIADeepStreamSDK'],
    log: pino({ level: 'silent' }),
  });
  const portOf = (module: string): number | undefined => inspectorPort(simulator.agent.output(module).join('\n'));
  const stop = async (): Promise<void> => {
    await simulator.stop();
    await rm(root, { recursive: true, force: true });
  };
  try {
    await simulator.start();
    await vi.waitUntil(
      () => moduleNames.every((name) => portOf(name) && simulator.hub.stats().modules[name]?.connected),
      { timeout: 30_000 },
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    simulator,
    attach(module) {
      const { address = 'localhost', localRoot = '/' } = launchConfiguration(`Attach to ${module} in the simulator`);
      // Without roots in the configuration, paths are the same on both sides.
      const paths = { localRoot, remoteRoot: localRoot };
      return attachDebugger({ host: address, port: portOf(module) ?? 0, paths });
    },
    pids: () => simulator.agent.modules().map(({ pid }) => pid),
    [Symbol.asyncDispose]: stop,
  };
}
