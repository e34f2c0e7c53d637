import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '@companion/foundation/node';
import { SimulatorError } from './simulator-error.ts';

/** Makes the device's disk where there is none. Rejects with `ROOT_UNWRITABLE`. */
export async function makeRoot(root: string): Promise<void> {
  try {
    // Not recursive: with a parent that refuses (/proc), Node's recursive mkdir tries for ever.
    await mkdir(root).catch((error: unknown) => {
      if (!hasErrno(error, 'EEXIST')) throw error;
    });
    const probe = await mkdtemp(join(root, '.probe-'));
    await rm(probe, { recursive: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SimulatorError(
      'ROOT_UNWRITABLE',
      `the simulator can't write below ${root}: ${reason}; choose another folder with --root`,
      { cause },
    );
  }
}

/**
 * Makes sure that one simulator at a time uses a root: two would run every module twice on one disk. Resolves to the
 * function that releases it. The lock of a simulator that was killed is taken over. Rejects with `ROOT_IN_USE`.
 */
export async function lockRoot(root: string): Promise<() => Promise<void>> {
  const file = join(root, 'simulator.pid');
  const own = String(process.pid);
  for (;;) {
    try {
      await writeFile(file, own, { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if (!hasErrno(error, 'EEXIST')) throw error;
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
    return hasErrno(error, 'EPERM');
  }
}
