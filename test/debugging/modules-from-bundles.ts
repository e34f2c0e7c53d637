import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { vi } from 'vitest';
import { openSimulator } from '@companion/simulator';
import { attachDebugger } from './attached-debugger.ts';
import { debugTemplate } from './debug-template.ts';
import { inspectorPort, moduleNames, type DebuggedModules, type ModuleName } from './debugged-modules.ts';
import { buildImageTree, copyRepository } from './image-tree.ts';
import { launchConfiguration, workspaceFolder } from './launch-file.ts';

interface Started {
  readonly child: ChildProcess;
  /** In the place of the image's /app. */
  readonly app: string;
  readonly output: () => string;
}

/** What the debug images run, started by hand against the simulator: EdgeHubConnectionString and EdgeModuleCACertificateFile. */
export async function startBundles(): Promise<DebuggedModules> {
  const root = await mkdtemp(join(tmpdir(), 'debugging-'));
  const simulator = await openSimulator({
    templatePath: join(workspaceFolder, debugTemplate),
    environment: process.env,
    root: join(root, 'device'),
    hubPort: 0,
    apiPort: 0,
    standInEnvironment: {},
    without: [...moduleNames, 'NVIDIADeepStreamSDK'],
    log: pino({ level: 'silent' }),
  });
  const repository = join(root, 'repo');
  const started = new Map<ModuleName, Started>();

  async function start(module: ModuleName): Promise<void> {
    const { app, command } = await buildImageTree(module, repository);
    // A free port of this machine's loopback in the place of the container's.
    const args = command.slice(1).map((argument) => argument.replace(/^--inspect=.*/, '--inspect=127.0.0.1:0'));
    const child = spawn(process.execPath, args, {
      cwd: app,
      env: {
        EdgeHubConnectionString: simulator.connectionString(module),
        EdgeModuleCACertificateFile: simulator.caFile,
        ARTIFACTS_ROOT: simulator.volume,
        FILTER_DATA: join(root, 'data'),
        METRICS_PORT: '0',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    started.set(module, { child, app, output: () => said });
  }

  async function stop(): Promise<void> {
    for (const { child } of started.values()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    await simulator.stop();
    await rm(root, { recursive: true, force: true });
  }

  try {
    await simulator.start();
    await copyRepository(repository);
    await Promise.all(moduleNames.map(start));
    await vi.waitUntil(() => moduleNames.every((name) => simulator.hub.stats().modules[name]?.connected), {
      timeout: 30_000,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    simulator,
    attach(module) {
      const { address, localRoot, remoteRoot } = launchConfiguration(`Attach to ${module} in its container`);
      const one = started.get(module);
      const port = inspectorPort(one?.output() ?? '');
      if (!one || !port || !address || !localRoot || remoteRoot !== '/app') throw new Error(`${module}: no inspector`);
      return attachDebugger({
        host: address,
        port,
        paths: { remoteRoot: one.app, localRoot },
        // VS Code reads the map from the same bundle in the workspace, which the configuration’s task makes.
        readRemote: (path) => readFile(path, 'utf8'),
      });
    },
    pids: () => [...started.values()].map(({ child }) => (child.exitCode === null ? child.pid : undefined)),
    [Symbol.asyncDispose]: stop,
  };
}
