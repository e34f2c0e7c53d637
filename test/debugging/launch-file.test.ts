import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { loadDeployment } from '@companion/deployment/node';
import { copyWithFreePorts, debugTemplate } from './debug-template.ts';
import { moduleNames } from './debugged-modules.ts';
import { launchConfiguration, readLaunchFile, readTasksFile, workspaceFolder, type Task } from './launch-file.ts';

const { configurations, compounds = [] } = readLaunchFile();
const { tasks } = readTasksFile();
const { scripts } = JSON.parse(readFileSync(join(workspaceFolder, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe('launch.json', () => {
  test('names only tasks that exist and launch configurations that exist, each under a name of its own', () => {
    const labels = tasks.map(({ label }) => label);
    const names = configurations.map(({ name }) => name);
    for (const { preLaunchTask } of [...configurations, ...compounds]) {
      if (preLaunchTask !== undefined) expect(labels).toContain(preLaunchTask);
    }
    for (const compound of compounds) expect(names).toEqual(expect.arrayContaining([...compound.configurations]));
    expect(new Set([...names, ...compounds.map(({ name }) => name)]).size).toBe(names.length + compounds.length);
  });

  test('launches files and in folders that exist', () => {
    const launched = configurations.filter(({ request }) => request === 'launch');
    expect(launched.length).toBeGreaterThan(0);
    for (const { program, cwd } of launched) {
      expect(existsSync(program ?? ''), program).toBe(true);
      expect(existsSync(cwd ?? ''), cwd).toBe(true);
    }
  });

  test.each(moduleNames)('attaches to %s on the port and the address that the debug template opens', (name) => {
    const { modules } = loadDeployment({
      templatePath: join(workspaceFolder, debugTemplate),
      envFile: join(workspaceFolder, '.env.example'),
      environment: {},
    });
    const bindings = modules.find((one) => one.name === name)?.createOptions.HostConfig?.PortBindings;
    const [binding] = bindings?.['9229/tcp'] ?? [];
    for (const place of ['its container', 'the simulator']) {
      const { port, address } = launchConfiguration(`Attach to ${name} in ${place}`);
      expect({ HostIp: address, HostPort: String(port) }).toEqual(binding);
      expect(
        configurations.filter((one) => one.name.endsWith(`in ${place} (${binding?.HostPort ?? ''})`)),
      ).toHaveLength(1);
    }
  });

  test.each(moduleNames)('finds the sources of %s where its debug image has them', (name) => {
    const dockerfile = readFileSync(join(workspaceFolder, 'modules', name, 'Dockerfile.amd64.debug'), 'utf8');
    const { remoteRoot, localRoot } = launchConfiguration(`Attach to ${name} in its container`);
    expect(dockerfile).toMatch(new RegExp(`^WORKDIR ${remoteRoot ?? '-'}$`, 'm'));
    expect(localRoot).toBe(workspaceFolder);
  });
});

describe('tasks.json', () => {
  test('runs scripts that package.json has', () => {
    for (const task of tasks) expect(scripts).toHaveProperty([scriptOf(task)]);
    expect(new Set(tasks.map(({ label }) => label)).size).toBe(tasks.length);
  });

  test('tells of every background task that something waits for when it begins and when it is ready', () => {
    const awaited = new Set([...configurations, ...compounds].map(({ preLaunchTask }) => preLaunchTask));
    const background = tasks.filter(({ label, isBackground }) => isBackground === true && awaited.has(label));
    expect(background.map(({ label }) => label)).toEqual([
      'simulator with inspectors',
      'simulator without artifacts',
      'simulator without filter',
    ]);
    for (const task of background) {
      expect(Object.keys(backgroundOf(task) ?? {})).toEqual(['activeOnStart', 'beginsPattern', 'endsPattern']);
    }
  });

  test.each(tasks.filter((task) => backgroundOf(task) !== undefined))(
    '$label: begins and gets ready with the lines that VS Code waits for',
    async (task) => {
      const { beginsPattern, endsPattern } = backgroundOf(task) ?? {};
      const root = await mkdtemp(join(tmpdir(), 'debugging-'));
      // The task's own words; other ports, another disk, and nothing to download, so that it can run beside anything.
      const [program = '', ...words] = (task.command ?? '').split(' ');
      const args = words.map((word) => (word === debugTemplate ? copyWithFreePorts(root) : word));
      const apart = ['--root', root, '--hub-port', '0', '--api-port', '0', '--no-demo'];
      const child = spawn(program, [...args, ...apart], {
        cwd: workspaceFolder,
        stdio: ['ignore', 'pipe', 'pipe'],
        // As in VS Code's terminal, also where npm was told to be quiet to run this.
        env: { ...process.env, npm_config_loglevel: 'notice' },
        // A group of its own, which gets the signal as a whole, as from Ctrl-C.
        detached: true,
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      }
      const ended = once(child, 'exit');
      try {
        await vi.waitFor(() => expect(output).toMatch(new RegExp(endsPattern ?? '^$', 'm')), { timeout: 40_000 });
        expect(output).toMatch(new RegExp(beginsPattern ?? '^$', 'm'));
      } finally {
        process.kill(-(child.pid ?? 0), 'SIGINT');
        await ended;
        await rm(root, { recursive: true, force: true });
      }
    },
    45_000,
  );
});

function scriptOf({ type, script, command = '' }: Task): string {
  if (type === 'npm') return script ?? '';
  return /^npm (?:run )?(\S+) -- /.exec(command)?.[1] ?? command;
}

interface Background {
  readonly beginsPattern: string;
  readonly endsPattern: string;
}

function backgroundOf({ problemMatcher }: Task): Background | undefined {
  return (problemMatcher as { background?: Background }).background;
}
