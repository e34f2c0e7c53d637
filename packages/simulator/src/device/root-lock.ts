import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SimulatorError } from './simulator-error.ts';

/**
 * Makes sure that one simulator at a time uses a root: two would run every module twice on one disk. Resolves to the
 * function that lets go of it. The lock of a simulator that was killed is taken over. Rejects with `ROOT_IN_USE`.
 */
export async function lockRoot(root: string): Promise<() => Promise<void>> {
  const file = join(root, 'simulator.pid');
  const own = String(process.pid);
  for (;;) {
    try {
      await writeFile(file, own, { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = Number(await readFile(file, 'utf8').catch(() => ''));
    if (holder > 0 && lives(holder)) {
      throw new SimulatorError(
        'ROOT_IN_USE',
        `another simulator (process ${holder}) runs on ${root}; choose another folder with --root`,
      );
    }
    await rm(file, { force: true });
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It lives, but is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
