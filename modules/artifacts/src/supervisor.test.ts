import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
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

  function start(command = [process.execPath, join(root, 'app.mjs'), join(root, 'starts')]): ChildProcess {
    const [file = shell, ...args] = [...(shell === 'busybox' ? ['busybox', 'sh'] : [shell]), script, root, ...command];
    const child = spawn(file, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, SUPERVISOR_STOP_SECONDS: '1', SUPERVISOR_HEARTBEAT_SECONDS: '1' },
    });
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    supervisor = child;
    return child;
  }

  async function release(id: string, config = '', name = 'app.txt'): Promise<void> {
    const directory = join(root, 'releases', id);
    await mkdir(join(directory, 'configs', 'c'), { recursive: true });
    await writeFile(join(directory, 'configs', 'c', name), config);
    await writeFile(join(directory, 'app-config'), `configs/c/${name}\n`);
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

  /** A program that is no Node: Node resets the signals that it inherits. */
  async function shellApp(lines: string): Promise<string[]> {
    await writeFile(join(root, 'app.sh'), lines);
    return ['sh', join(root, 'app.sh')];
  }

  async function heartbeat(): Promise<string> {
    return readFile(join(root, 'supervisor.heartbeat'), 'utf8').catch(() => '');
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

  test('takes spaces at the ends of a config name for a part of it', async () => {
    await release('r1', '', ' my app.txt ');
    start();
    await until('running', 'r1');
    await started(1);
    expect((await starts())[0]?.config).toBe(join(root, 'releases/r1/configs/c/ my app.txt '));
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

  test('is another supervisor after each start, though its process id may be the same', async () => {
    await release('r1');
    const ids = new Set<string>();
    for (const count of [1, 2]) {
      const child = start();
      await started(count);
      await vi.waitFor(async () => {
        const status = await readSupervisorStatus(join(root, 'supervisor.status'));
        expect(status?.state).toBe('running');
        ids.add(status?.supervisor ?? '');
      });
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    expect(ids.size).toBe(2);
    for (const id of ids) expect(id.length).toBeGreaterThan(8);
  });

  test('shows that it lives by a number that grows, and no longer does once it was killed', async () => {
    const child = start();
    await vi.waitFor(async () => expect(await heartbeat()).toMatch(/^supervisor=.+\nbeats=2\n$/), { timeout: 8000 });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const last = await heartbeat();
    // Whatever it started ends with it: the pipe of its output closes.
    await once(child, 'close');
    expect([last, await heartbeat()]).toEqual([last, last]);
  });

  test('removes what a supervisor left that was killed while it wrote', async () => {
    for (const name of ['.supervisor.status.4711', '.supervisor.heartbeat.4712'])
      await writeFile(join(root, name), 'state=run');
    await release('one');
    start();
    await until('running', 'one');
    expect((await readdir(root)).filter((name) => name.includes('.471'))).toEqual([]);
  });

  test('writes a status again that could not be written, until it is right', async () => {
    await release('r1');
    const child = start();
    await until('running', 'r1');
    await started(1);
    // Stands in for a full disk: a directory is where the temporary file has to be.
    const obstacle = join(root, `.supervisor.status.${child.pid ?? 0}`);
    await mkdir(obstacle);
    await release('r2');
    await started(2);
    await vi.waitFor(() => expect(output).toContain("can't write"), { timeout: 8000 });
    expect(await readSupervisorStatus(join(root, 'supervisor.status'))).toMatchObject({ release: 'r1' });
    await rm(obstacle, { recursive: true });
    await until('running', 'r2');
    await release('r3');
    await until('running', 'r3');
  });

  test('ends an app that has no handler of its own by SIGINT', async () => {
    await release('r1');
    const child = start(await shellApp('exec sleep 1000\n'));
    await until('running', 'r1');
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(output).not.toContain('killing it');
  });

  test('ends what the app leaves behind before it starts the app again', async () => {
    await release('r1');
    start(await shellApp(`nohup sleep 1000 >/dev/null 2>&1 &\necho $! >>${join(root, 'left')}\nexit 3\n`));
    await until('backoff', 'r1', 1);
    const left = (await readFile(join(root, 'left'), 'utf8')).trim().split('\n').map(Number);
    expect(left.length).toBeGreaterThan(1);
    // A killed process is there until its new parent, process 1, has noticed.
    for (const pid of left) await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), { timeout: 8000 });
  });
});

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
