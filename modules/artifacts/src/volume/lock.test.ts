import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { lockVolume, readLockHolder } from './lock.ts';

/** Namespaces of one's own need root and more: a container may forbid them. */
function mayUnshare(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['--net', '--uts', '--pid', '--fork', '--mount-proc', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('the lock of a volume', () => {
  let root: string;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lock-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(root, { recursive: true });
  });

  async function start(container: readonly string[] = []): Promise<ChildProcess> {
    const command = [...container, process.execPath];
    const child = fork(inject('programs').lockDriver, [root], { execPath: command[0], execArgv: command.slice(1) });
    children.push(child);
    await once(child, 'message');
    return child;
  }
  async function tell(child: ChildProcess, order: string): Promise<string> {
    const answer = once(child, 'message') as Promise<[string]>;
    child.send(order);
    return (await answer)[0];
  }
  const mine = () => lockVolume(root, 'the artifacts module');
  /** What a killed process leaves: a socket that nobody listens on. */
  async function leaveDead(name: string): Promise<void> {
    await mkdir(join(root, 'lock'), { recursive: true });
    const server = createServer().listen(join(root, 'lock', 'made'));
    await once(server, 'listening');
    await rename(join(root, 'lock', 'made'), join(root, 'lock', name));
    await new Promise((resolve) => server.close(resolve));
  }

  test('keeps a second one off, and says who holds it and since when', async () => {
    const lock = await mine();
    expect(lock.guarded).toBe(true);
    const error: unknown = await lockVolume(root, 'companion apply').catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'VOLUME_LOCKED',
      retryable: true,
      facts: { role: 'the artifacts module', pid: process.pid, host: hostname().slice(0, 12) },
    });
    expect((error as Error).message).toMatch(
      /is in use by the artifacts module, process \d+ on host \S+, since 20.*Z; only one may write to it: /,
    );
    expect(await readLockHolder(root)).toMatchObject({ role: 'the artifacts module', pid: process.pid });
    await lock.release();
    expect(await readLockHolder(root)).toBeUndefined();
    expect(await readdir(join(root, 'lock'))).toEqual([]);
    await (await lockVolume(root, 'companion apply')).release();
  });

  test('is free at once after its holder was killed', async () => {
    const child = await start();
    expect(await tell(child, 'try')).toBe('held');
    await expect(mine()).rejects.toMatchObject({ code: 'VOLUME_LOCKED', facts: { role: 'a test', pid: child.pid } });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await readdir(join(root, 'lock'))).toHaveLength(1);
    const lock = await mine();
    expect(await readdir(join(root, 'lock'))).toHaveLength(1);
    await lock.release();
  });

  test.skipIf(!mayUnshare())(
    'holds from one container to the next, where process ids and host names mean nothing (needs root)',
    async () => {
      const container = ['unshare', '--net', '--uts', '--ipc', '--pid', '--fork', '--kill-child', '--mount-proc'];
      const [first, second] = [await start(container), await start(container)];
      expect(await tell(first, 'try')).toBe('held');
      expect(await tell(second, 'try')).toBe('VOLUME_LOCKED');
      await expect(mine()).rejects.toMatchObject({ code: 'VOLUME_LOCKED', facts: { role: 'a test', pid: 1 } });
      first.kill('SIGKILL');
      // unshare ends a moment before what runs in it.
      await vi.waitFor(async () => expect(await tell(second, 'try')).toBe('held'), { timeout: 5_000 });
    },
  );

  test('stays with a holder that is stopped, and names its process though it does not answer', async () => {
    const child = await start();
    expect(await tell(child, 'try')).toBe('held');
    child.kill('SIGSTOP');
    await expect(mine()).rejects.toMatchObject({
      code: 'VOLUME_LOCKED',
      message: expect.stringContaining('does not answer') as string,
      facts: { role: null, pid: child.pid },
    });
    child.kill('SIGCONT');
    expect(await tell(child, 'release')).toBe('released');
    await (await mine()).release();
  });

  test(
    'goes to exactly one of three that ask at once, 200 times, beside what dead ones left',
    { timeout: 60_000 },
    async () => {
      const racers = await Promise.all([start(), start(), start()]);
      for (let round = 0; round < 200; round++) {
        if (round % 2 === 0) await leaveDead(`${round}.dead.${round % 4 === 0 ? '00000000' : 'zzzzzzzz'}`);
        const answers = await Promise.all(racers.map((racer) => tell(racer, 'try')));
        expect(answers.toSorted(), `round ${round}`).toEqual(['VOLUME_LOCKED', 'VOLUME_LOCKED', 'held']);
        const winner = racers[answers.indexOf('held')];
        if (winner !== undefined) await tell(winner, 'release');
      }
      expect(await readdir(join(root, 'lock'))).toEqual([]);
    },
  );

  test('is had however long the path of the volume is', async () => {
    const deep = join(root, 'deep'.repeat(20), 'deeper'.repeat(20));
    const lock = await lockVolume(deep, 'a test');
    expect(lock.guarded).toBe(process.platform === 'linux');
    await lock.release();
  });

  test('is not mistaken by a file that is no socket, nor by a half-made one', async () => {
    await mkdir(join(root, 'lock'));
    await writeFile(join(root, 'lock', '1.host.abc'), '');
    await leaveDead('.new-12345678');
    const lock = await mine();
    expect(await readdir(join(root, 'lock'))).toHaveLength(1);
    await lock.release();
  });
});
