import * as z from 'zod';

import type { DockerClient } from './docker-client.ts';
import { DockerError } from './docker-error.ts';
import { filterOf } from './labels.ts';

const containers = z.array(z.object({ Id: z.string() }));
const networks = z.array(z.object({ Id: z.string() }));
const volumes = z.object({ Volumes: z.array(z.object({ Name: z.string() })).nullable() });

/** What `sweep` removes besides containers. */
export type SweepScope = 'containers' | 'networks' | 'volumes';

/**
 * Removes what the simulator of this id has made: its containers, which get `graceSec` to end, then the rest as far as the
 * scope says. With a `run`, only that run's: volumes, which have none, stay where another run has containers. What is gone
 * already, or in somebody else's use, is fine. Resolves with the number of containers that there were.
 */
export async function sweep(
  client: DockerClient,
  id: string,
  options: { readonly graceSec: number; readonly scope: ReadonlySet<SweepScope>; readonly run?: string },
): Promise<number> {
  const { run, scope } = options;
  const containersOf = async (filter: string) =>
    containers.parse(await client.call('GET', `/containers/json?all=1&filters=${filter}`));
  const found = await containersOf(filterOf(id, run));
  await Promise.all(
    found.map(async ({ Id }) => {
      await gone(client.call('POST', `/containers/${Id}/stop?t=${options.graceSec}`));
      const removal = await gone(client.call('DELETE', `/containers/${Id}?force=1&v=1`));
      // Somebody else (a watchdog) is removing it: until that is done, its name is taken.
      if (removal === 'CONFLICT') await gone(client.call('POST', `/containers/${Id}/wait?condition=removed`));
    }),
  );
  const takenOver = run !== undefined && (await containersOf(filterOf(id))).length > 0;
  if (scope.has('volumes') && !takenOver) {
    const { Volumes } = volumes.parse(await client.call('GET', `/volumes?filters=${filterOf(id)}`));
    for (const { Name } of Volumes ?? []) await gone(client.call('DELETE', `/volumes/${encodeURIComponent(Name)}`));
  }
  if (scope.has('networks')) await sweepNetworks(client, id, run);
  return found.length;
}

/** Removes the networks of the simulator of this id, or of one run of it; one that has containers stays. */
export async function sweepNetworks(client: DockerClient, id: string, run?: string): Promise<void> {
  const all = networks.parse(await client.call('GET', `/networks?filters=${filterOf(id, run)}`));
  for (const { Id } of all) await gone(client.call('DELETE', `/networks/${Id}`));
}

/** Somebody else may remove the same at the same time, or use it. */
async function gone(removal: Promise<unknown>): Promise<'NOT_FOUND' | 'CONFLICT' | undefined> {
  try {
    await removal;
    return undefined;
  } catch (error) {
    if (error instanceof DockerError && (error.code === 'NOT_FOUND' || error.code === 'CONFLICT')) return error.code;
    throw error;
  }
}
