import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

import * as z from 'zod';

import type { ModuleExit, ModuleRun } from '../engine/engine.ts';
import { readAll, type DockerClient } from './docker-client.ts';
import { DockerError } from './docker-error.ts';
import { LogReader } from './log-frames.ts';

const inspected = z.object({
  State: z.object({ Running: z.boolean(), Pid: z.number(), ExitCode: z.number(), StartedAt: z.string() }),
});
const waited = z.object({ StatusCode: z.number() });

/** Lines that the engine still has of a container that ended are waited for so long, milliseconds. */
const outputEndsMs = 1_000;

/** Whether a container runs. */
export async function isRunning(client: DockerClient, container: string): Promise<boolean> {
  return (await stateOf(client, container)).Running;
}

/**
 * Starts a container, or takes over one that somebody else has started (Docker itself, asked for a restart). Rejects with a
 * `DockerError` where it can't be started.
 */
export async function runContainer(
  client: DockerClient,
  container: string,
  onLine: (line: string) => void,
): Promise<Pick<ModuleRun, 'pid' | 'exit' | 'terminate'>> {
  const before = await stateOf(client, container);
  const since = encodeURIComponent(String(Date.parse(before.StartedAt) / 1000));
  const output = before.Running
    ? await client.open('GET', `/containers/${container}/logs?follow=1&stdout=1&stderr=1&since=${since}`)
    : await client.attach(container);
  const lines = new LogReader(onLine);
  output.on('data', (chunk: Buffer) => lines.write(chunk));
  // An engine that goes away breaks it off; how the container ended is told by the other call.
  output.on('error', () => undefined);
  const outputEnded = new Promise<void>((done) => output.once('close', () => done()));
  let waiting: Readable | undefined;
  try {
    // Asked for before the start: a container that ends at once would otherwise have ended before.
    waiting = await client.open('POST', `/containers/${container}/wait?condition=next-exit`);
    if (!before.Running) await client.call('POST', `/containers/${container}/start`);
  } catch (error) {
    output.destroy();
    waiting?.destroy();
    throw error;
  }
  const state = await stateOf(client, container);
  const ended: Promise<number | null> =
    before.Running && !state.Running ? Promise.resolve(state.ExitCode) : exitCodeOf(waiting);

  let giveUp: () => void;
  const givenUp = new Promise<'given up'>((resolve) => (giveUp = () => resolve('given up')));

  async function finish(): Promise<ModuleExit> {
    const end = await Promise.race([ended, givenUp]);
    const exitCode = end === 'given up' ? null : end;
    if (end === null) onLine('the Docker engine went away: nobody knows what became of the container');
    const patience = new AbortController();
    const { signal } = patience;
    await Promise.race([outputEnded, pause(outputEndsMs, undefined, { signal }).catch(() => undefined)]);
    patience.abort();
    output.destroy();
    waiting?.destroy();
    lines.end();
    return { exitCode, signal: null };
  }

  return {
    pid: state.Pid === 0 ? undefined : state.Pid,
    exit: finish(),
    terminate(graceMs) {
      // That it is stopped, is told by its end. One that can't be stopped must not be waited for: closing removes it.
      client.call('POST', `/containers/${container}/stop?t=${Math.ceil(graceMs / 1000)}`).catch((error: unknown) => {
        // Without an engine the wait is broken off too, which tells that.
        if (error instanceof DockerError && error.code === 'ENGINE_UNREACHABLE') return;
        onLine(`the container can't be stopped: ${error instanceof Error ? error.message : String(error)}`);
        giveUp();
      });
    },
  };
}

async function stateOf(client: DockerClient, container: string): Promise<z.infer<typeof inspected>['State']> {
  return inspected.parse(await client.call('GET', `/containers/${container}/json`)).State;
}

/** Null where the engine broke off before it could tell. */
async function exitCodeOf(waiting: Readable): Promise<number | null> {
  try {
    return waited.parse(JSON.parse((await readAll(waiting)).toString())).StatusCode;
  } catch {
    return null;
  }
}
