import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readSupervisorStatus, type SupervisorStatus } from './activation/activators/supervisor-status.ts';

const script = join(import.meta.dirname, 'supervisor.sh');
const shells = ['dash', 'bash', 'busybox'].filter((shell) => spawnSync(shell, ['-c', ':']).error === undefined);

/** Stands for DeepStream: notes its start, obeys SIGINT (unless told not to), ignores SIGTERM, exits as its config says. */
const app = `
import { appendFileSync, readFileSync } from 'node:fs';
const config = process.argv.at(-1);
const text = readFileSync(config, 'utf8');
process.on('SIGTERM', () => {});
process.on('SIGINT', () => { if (!text.includes('deaf')) process.exit(7); });
// Only now: who sends a signal waits for this.
appendFileSync(process.argv[2], JSON.stringify({ config, pid: process.pid }) + '\\n');
const exit = /exit=(\\d+)/.exec(text);
if (exit) process.exit(Number(exit[1]));
setInterval(() => {}, 1000);
`;

describe.each(shells)('the supervisor under %s', (shell) => {
  let root: string;
  let supervisor: ChildProcess | undefined;
  let output = '';

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'supervisor-'));
    await writeFile(join(root, 'app.mjs'), app);
    output = '';
  });
  afterEach(async () => {
    if (supervisor?.pid !== undefined) killGroup(supervisor.pid);
    await rm(root, { recursive: true, force: true });
  });

  function start(): ChildProcess {
    const command = shell === 'busybox' ? ['busybox', 'sh'] : [shell];
    const [file, ...args] = [...command, script, root, process.execPath, join(root, 'app.mjs'), join(root, 'starts')];
    const child = spawn(file, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, SUPERVISOR_STOP_SECONDS: '1' },
    });
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    supervisor = child;
    return child;
  }

  async function release(id: string, config = ''): Promise<void> {
    const directory = join(root, 'releases', id);
    await mkdir(join(directory, 'configs', 'c'), { recursive: true });
    await writeFile(join(directory, 'configs', 'c', 'app.txt'), config);
    await writeFile(join(directory, 'app-config'), 'configs/c/app.txt\n');
    await symlink(`releases/${id}`, join(root, 'next'));
    await rename(join(root, 'next'), join(root, 'current'));
  }

  async function starts(): Promise<{ config: string; pid: number }[]> {
    const text = await readFile(join(root, 'starts'), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { config: string; pid: number });
  }

  async function until(state: SupervisorStatus['state'], id: string, moreThanStarts = 0): Promise<SupervisorStatus> {
    return vi.waitFor(
      async () => {
        const status = await readSupervisorStatus(join(root, 'supervisor.status'));
        expect(status, output).toMatchObject({ state, release: id });
        expect(status?.starts).toBeGreaterThan(moreThanStarts);
        if (status === undefined) throw new Error('no status');
        return status;
      },
      { timeout: 8000, interval: 50 },
    );
  }

  /** The app has its signal handlers in place once it has noted its start. */
  async function started(count: number): Promise<void> {
    await vi.waitFor(async () => expect(await starts()).toHaveLength(count), { timeout: 8000, interval: 50 });
  }

  test('waits for the first release, then runs the app on it by a path that names the release', async () => {
    start();
    await vi.waitFor(
      async () => {
        expect((await readSupervisorStatus(join(root, 'supervisor.status')))?.state).toBe('waiting');
      },
      { timeout: 8000 },
    );
    await release('r1');
    await until('running', 'r1');
    await started(1);
    expect((await starts())[0]?.config).toBe(join(root, 'releases/r1/configs/c/app.txt'));
  });

  test('takes a new release by SIGINT and a start', async () => {
    await release('r1');
    start();
    await until('running', 'r1');
    await started(1);
    await release('r2');
    await until('running', 'r2');
    await started(2);
    expect((await starts()).map(({ config }) => config.split('/').at(-4))).toEqual(['r1', 'r2']);
    expect(output).toContain('exit code 7');
  });

  test('lets the app run on where `ota.release` says that it takes the release as it is', async () => {
    await release('r1');
    start();
    await until('running', 'r1');
    await started(1);
    await writeFile(join(root, 'ota.release'), 'r2\n');
    await release('r2');
    const status = await until('running', 'r2');
    expect(status.starts).toBe(1);
    await release('r3');
    await until('running', 'r3', 1);
    await started(2);
  });

  test('starts the app again on the same release when asked to', async () => {
    await release('r1');
    start();
    await until('running', 'r1');
    await started(1);
    await writeFile(join(root, 'restart-request'), 'now\n');
    await until('running', 'r1', 1);
    await started(2);
  });

  test('kills an app that does not obey SIGINT', async () => {
    await release('r1', 'deaf');
    start();
    await until('running', 'r1');
    await started(1);
    await release('r2');
    await until('running', 'r2');
    expect(output).toContain('killing it');
  });

  test('on SIGTERM ends the app with SIGINT and passes its exit code on', async () => {
    await release('r1');
    const child = start();
    await until('running', 'r1');
    await started(1);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(7);
    const [first] = await starts();
    expect(() => process.kill(first?.pid ?? 0, 0)).toThrow();
    expect(await readSupervisorStatus(join(root, 'supervisor.status'))).toMatchObject({
      state: 'stopped',
      exitCode: 7,
    });
  });

  test('starts a crashing app again with growing pauses, and takes a new release during one', async () => {
    await release('r1', 'exit=255');
    start();
    await until('backoff', 'r1', 1);
    expect(output).toContain('exit code 255');
    expect(output).toMatch(/again in 1 s[^]*again in 2 s/);
    await release('r2');
    await until('running', 'r2');
  });

  test('says 127 where the app is not there', async () => {
    await release('r1');
    await rm(join(root, 'app.mjs'));
    await writeFile(join(root, 'gone'), '');
    await chmod(join(root, 'gone'), 0o644);
    const child = spawn(
      shell === 'busybox' ? 'busybox' : shell,
      [...(shell === 'busybox' ? ['sh'] : []), script, root, 'no-such-app-here'],
      { detached: true, stdio: 'ignore' },
    );
    supervisor = child;
    const status = await until('backoff', 'r1');
    expect(status.exitCode).toBe(127);
  });
});

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
