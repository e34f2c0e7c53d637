import { z } from 'zod';

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
 * scope says. What is gone already is fine. Resolves with the number of containers that there were.
 */
export async function sweep(
  client: DockerClient,
  id: string,
  options: { readonly graceSec: number; readonly scope: ReadonlySet<SweepScope> },
): Promise<number> {
  const found = containers.parse(await client.call('GET', `/containers/json?all=1&filters=${filterOf(id)}`));
  await Promise.all(
    found.map(async ({ Id }) => {
      await gone(client.call('POST', `/containers/${Id}/stop?t=${options.graceSec}`));
      await gone(client.call('DELETE', `/containers/${Id}?force=1&v=1`));
    }),
  );
  if (options.scope.has('networks')) await sweepNetworks(client, id);
  if (options.scope.has('volumes')) {
    const { Volumes } = volumes.parse(await client.call('GET', `/volumes?filters=${filterOf(id)}`));
    for (const { Name } of Volumes ?? []) await gone(client.call('DELETE', `/volumes/${encodeURIComponent(Name)}`));
  }
  return found.length;
}

/** Removes the networks of the simulator of this id; they must be without containers. */
export async function sweepNetworks(client: DockerClient, id: string): Promise<void> {
  const all = networks.parse(await client.call('GET', `/networks?filters=${filterOf(id)}`));
  for (const { Id } of all) await gone(client.call('DELETE', `/networks/${Id}`));
}

/** Somebody else may remove the same at the same time. */
async function gone(removal: Promise<unknown>): Promise<void> {
  await removal.catch((error: unknown) => {
    if (!(error instanceof DockerError && (error.code === 'NOT_FOUND' || error.code === 'CONFLICT'))) throw error;
  });
}
