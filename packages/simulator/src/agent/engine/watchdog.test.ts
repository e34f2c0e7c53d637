import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { expect, onTestFinished, test, vi } from 'vitest';

import { Watchdog } from './watchdog.ts';

/** A process in a group of its own that would run for long. */
function sleeper(): { readonly pid: number; readonly ended: Promise<unknown[]> } {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { pid: child.pid ?? 0, ended: once(child, 'exit') };
}

test('the end of its pipe ends every group that it guards, and none that was released', async () => {
  const watchdog = new Watchdog();
  watchdog.start();
  const [one, two, released] = [sleeper(), sleeper(), sleeper()];
  for (const { pid } of [one, released, two]) watchdog.guard(pid);
  watchdog.release(released.pid);
  await watchdog.stop();
  expect(await Promise.all([one.ended, two.ended])).toEqual(Array(2).fill([null, 'SIGTERM']));
  expect(process.kill(released.pid, 0)).toBe(true);
});

test('one that was killed is replaced and told everything anew', async () => {
  const watchdog = new Watchdog();
  watchdog.start();
  const guarded = sleeper();
  watchdog.guard(guarded.pid);
  const first = watchdog.pid ?? 0;
  process.kill(first, 'SIGKILL');
  await vi.waitFor(() => expect(watchdog.pid ?? first).not.toBe(first), { timeout: 5_000 });
  await watchdog.stop();
  expect(await guarded.ended).toEqual([null, 'SIGTERM']);
  expect(watchdog.pid).toBeUndefined();
});

test('with nothing to guard it ends quietly, also when it was never started or is stopped twice', async () => {
  const watchdog = new Watchdog();
  await watchdog.stop();
  watchdog.start();
  await watchdog.stop();
  await watchdog.stop();
  expect(watchdog.pid).toBeUndefined();
});
