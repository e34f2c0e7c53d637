import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { inject } from 'vitest';

/** A running stand-in, as a test sees it. */
export interface StandIn extends AsyncDisposable {
  /** All messages so far, parsed. */
  messages(): Record<string, unknown>[];
  stdout(): string;
  stderr(): string;
  /** Writes to its stdin, where that is a pipe. */
  type(keys: string): void;
  kill(signal: NodeJS.Signals): void;
  running(): boolean;
  /** Resolves when the condition holds after some output; rejects, with the output, when the process ends before. */
  until(condition: () => boolean): Promise<void>;
  /** The exit code, or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals>;
}

/** Starts the stand-in as a process of its own, its messages on stdout, engines built at once; stdin at its end, or an open pipe. */
export function startStandIn(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdin: 'ignore' | 'pipe' = 'ignore',
): StandIn {
  const child = spawn(process.execPath, [inject('programs').standIn, ...args], {
    env: {
      PATH: process.env['PATH'],
      DEEPSTREAM_STAND_IN_SINK: 'stdout',
      DEEPSTREAM_STAND_IN_ENGINE_BUILD_MS: '0',
      ...env,
    },
    stdio: [stdin, 'pipe', 'pipe'],
  }) as ChildProcessByStdio<Writable | null, Readable, Readable>;
  const said = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const check of waiting) check();
  };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      changed();
    });
  }
  let ended = false;
  const exit = once(child, 'close').then(([code, signal]) => {
    ended = true;
    changed();
    return (code ?? signal) as number | NodeJS.Signals;
  });
  return {
    exit,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    messages: () =>
      said.stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    type: (keys) => child.stdin?.write(keys),
    kill: (signal) => child.kill(signal),
    running: () => !ended,
    until: (condition) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (condition()) resolve();
          else if (ended) reject(new Error(`ended before:\n${said.stdout}\n${said.stderr}`));
          else return;
          waiting.delete(check);
        };
        waiting.add(check);
        check();
      }),
    [Symbol.asyncDispose]: async () => {
      if (!ended) child.kill('SIGKILL');
      await exit;
    },
  };
}
