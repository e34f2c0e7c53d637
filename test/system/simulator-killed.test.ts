import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';

interface Started {
  readonly child: ChildProcess;
  readonly api: string;
}

const patience = { timeout: 40_000, interval: 100 };
let root: string;
let running: ChildProcess | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'simulator-'));
});
afterEach(async () => {
  if (running?.exitCode === null && running.signalCode === null) {
    running.kill('SIGTERM');
    await once(running, 'exit');
  }
  await rm(root, { recursive: true, force: true });
}, 30_000);

/** Starts the simulator as `npm start` does and waits for its service API. */
async function start(): Promise<Started> {
  const args = [inject('programs').simulator, '--root', root, '--hub-port', '0', '--api-port', '0'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running = child;
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const api = await vi.waitFor(() => {
    const found = /service API on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
    if (found === undefined) throw new Error(`no address yet:\n${output}`);
    return found;
  }, patience);
  return { child, api };
}

async function get(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

async function runningRelease({ api }: Started): Promise<string> {
  return vi.waitFor(async () => {
    const twin = (await get(`${api}/twins/laptop/modules/artifacts`)) as {
      properties: { reported: { release?: { id: string; state: string } } };
    };
    const { release } = twin.properties.reported;
    expect(release?.state).toBe('running');
    return release?.id ?? '';
  }, patience);
}

async function pids({ api }: Started): Promise<number[]> {
  return ((await get(`${api}/modules`)) as { pid: number }[]).map(({ pid }) => pid);
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test(
  'a simulator that is killed leaves no process behind, and the next one goes on where it was',
  { timeout: 120_000 },
  async () => {
    const first = await start();
    const release = await runningRelease(first);
    const modules = await pids(first);
    expect(modules.every(lives)).toBe(true);

    first.child.kill('SIGKILL');
    await vi.waitFor(() => expect(modules.filter(lives)).toEqual([]), { timeout: 15_000, interval: 50 });

    const second = await start();
    expect(await runningRelease(second)).toBe(release);
    const again = await pids(second);
    second.child.kill('SIGINT');
    const [code] = (await once(second.child, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(again.filter(lives)).toEqual([]);
  },
);
