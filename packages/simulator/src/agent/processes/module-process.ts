import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import type { ModuleExit, ModuleRun } from '../engine/engine.ts';
import type { Launch } from './launch.ts';
import { LineSplitter } from '../../text/line-splitter.ts';
import type { Watchdog } from '../engine/watchdog.ts';

/** A module's process with all that it started. */
export type ModuleProcess = Pick<ModuleRun, 'pid' | 'exit' | 'terminate'>;

/** A grandchild that moved to a session of its own can hold the pipes open for ever; waiting for their end has an end. */
const pipesCloseMs = 1_000;
/** How long a killed group may take to vanish from the process table. */
const groupGoneMs = 200;

/**
 * Starts a process as the leader of a group of its own. When the leader ends, the rest of the group is killed, as a
 * container's processes are with its first: DeepStream never outlives its supervisor.
 * Rejects where the program can't be started.
 */
export async function startModuleProcess(
  launch: Launch,
  watchdog: Watchdog,
  onLine: (line: string) => void,
): Promise<ModuleProcess> {
  for (const folder of launch.folders) mkdirSync(folder, { recursive: true });
  const child = spawn(launch.command, launch.args, {
    cwd: launch.cwd,
    env: launch.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    const lines = new LineSplitter(onLine);
    stream.on('data', (chunk: Buffer) => lines.write(chunk));
    stream.on('end', () => lines.end());
  }
  const closed = new Promise<void>((done) => child.once('close', () => done()));
  const ended = new Promise<ModuleExit>((done) => {
    child.once('exit', (exitCode, signal) => done({ exitCode, signal }));
  });
  const group = child.pid;
  if (group !== undefined) watchdog.guard(group);
  await once(child, 'spawn');
  let killTimer: NodeJS.Timeout | undefined;

  async function finish(): Promise<ModuleExit> {
    const exit = await ended;
    clearTimeout(killTimer);
    if (group !== undefined) {
      await killGroup(group);
      watchdog.release(group);
    }
    const patience = new AbortController();
    await Promise.race([closed, pause(pipesCloseMs, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
    child.stdout.destroy();
    child.stderr.destroy();
    return exit;
  }

  return {
    pid: group,
    exit: finish(),
    terminate(graceMs) {
      if (group === undefined || child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      killTimer ??= setTimeout(() => signalGroup(group, 'SIGKILL'), graceMs);
    },
  };
}

async function killGroup(group: number): Promise<void> {
  signalGroup(group, 'SIGKILL');
  for (let waitedMs = 0; waitedMs < groupGoneMs && signalGroup(group, 0); waitedMs += 10) await pause(10);
}

/** False where the group has no process any more. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}
