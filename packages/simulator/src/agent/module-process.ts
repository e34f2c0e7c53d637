import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import type { Launch } from './launch.ts';
import { createLineSplitter } from './line-splitter.ts';
import type { Watchdog } from './watchdog.ts';

/** How a process ended: one of the two is null. 127 stands for a program that could not be started, as in a shell. */
export interface ProcessExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A module's process with all that it started. */
export interface ModuleProcess {
  /** Undefined where the program could not be started. */
  readonly pid: number | undefined;
  /** Settles when the process and everything in its group are gone and the last line has been handed over. */
  readonly exit: Promise<ProcessExit>;
  /** SIGTERM to the process, as Docker does to a container's first; what is left after `graceMs` is killed. */
  terminate(graceMs: number): void;
}

/** A grandchild that moved to a session of its own can hold the pipes open for ever; waiting for their end has an end. */
const PIPES_CLOSE_MS = 1_000;
/** How long a killed group may take to vanish from the process table. */
const GROUP_GONE_MS = 200;

/**
 * Starts a process as the leader of a group of its own. When the leader ends, the rest of the group is killed, as a
 * container's processes are with its first: DeepStream never outlives its supervisor.
 */
export function startModuleProcess(launch: Launch, watchdog: Watchdog, onLine: (line: string) => void): ModuleProcess {
  for (const folder of launch.folders) mkdirSync(folder, { recursive: true });
  const child = spawn(launch.command, launch.args, {
    cwd: launch.cwd,
    env: launch.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const group = child.pid;
  if (group !== undefined) watchdog.guard(group);
  for (const stream of [child.stdout, child.stderr]) {
    const lines = createLineSplitter(onLine);
    stream.on('data', (chunk: Buffer) => lines.write(chunk));
    stream.on('end', () => lines.end());
  }
  const closed = new Promise<void>((done) => child.once('close', () => done()));
  const ended = new Promise<ProcessExit>((done) => {
    child.once('exit', (exitCode, signal) => done({ exitCode, signal }));
    child.once('error', (error) => {
      onLine(`can't be started: ${error.message}`);
      done({ exitCode: 127, signal: null });
    });
  });
  let killTimer: NodeJS.Timeout | undefined;

  async function finish(): Promise<ProcessExit> {
    const exit = await ended;
    clearTimeout(killTimer);
    if (group === undefined) return exit;
    await killGroup(group);
    watchdog.release(group);
    const patience = new AbortController();
    await Promise.race([closed, pause(PIPES_CLOSE_MS, undefined, { signal: patience.signal }).catch(() => undefined)]);
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
  for (let waitedMs = 0; waitedMs < GROUP_GONE_MS && signalGroup(group, 0); waitedMs += 10) await pause(10);
}

/** False where the group has no process any more. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}
