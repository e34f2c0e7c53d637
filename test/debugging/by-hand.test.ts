import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { moduleNames } from './debugged-modules.ts';
import { launchConfiguration, workspaceFolder } from './launch-file.ts';

test('a module that the simulator leaves out connects as its launch configuration starts it', async () => {
  const root = await mkdtemp(join(tmpdir(), 'debugging-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const without = moduleNames.flatMap((name) => ['--without', name]);
  const simulator = start(
    ...['--import', 'tsx', 'packages/simulator/src/main.ts', ...without],
    ...['--root', root, '--hub-port', '0', '--api-port', '0', '--no-demo'],
  );
  await vi.waitFor(() => expect(simulator.output()).toContain('Run filter by hand'), { timeout: 30_000 });
  const api = /service API on (\S+)/.exec(simulator.output())?.[1] ?? '';

  for (const name of moduleNames) {
    const { runtimeArgs = [], program = '' } = launchConfiguration(`Run ${name} against the simulator`);
    start(...runtimeArgs.map((argument) => argument.replace('.simulator', root)), program);
  }
  await vi.waitFor(
    async () => {
      const devices = (await (await fetch(`${api}/devices/laptop/modules`)).json()) as Record<string, string>[];
      const connected = devices.filter(({ connectionState }) => connectionState === 'Connected');
      expect(connected.map(({ moduleId }) => moduleId).sort()).toEqual([...moduleNames]);
    },
    { timeout: 40_000, interval: 100 },
  );
}, 90_000);

/** A node process that ends with the test. */
function start(...args: string[]): { output: () => string } {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: workspaceFolder,
    env: { PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return { output: () => output };
}
