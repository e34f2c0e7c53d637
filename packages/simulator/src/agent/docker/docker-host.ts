import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';

import { sha256 } from '@companion/foundation/node';
import * as z from 'zod';

import { sweepNetworks } from './sweep.ts';
import { openNetwork, type ContainerNetwork } from './container-network.ts';
import { DockerClient } from './docker-client.ts';
import { dockerSocket } from './docker-socket.ts';

/** An engine that answers, and what has to be known of it before anything is made on it. */
export interface DockerHost {
  readonly client: DockerClient;
  readonly socketPath: string;
  readonly version: string;
  /** The platform of its images, as module.json files name it. */
  readonly platform: string;
  readonly network: ContainerNetwork;
  /** Stands for the simulator's root in labels and names. */
  readonly id: string;
  /** Tells this run on the root from the ones before and after it. */
  readonly run: string;
  /** Removes what was made for it, when no container is left. */
  close(): Promise<void>;
}

const versionAnswer = z.object({ Version: z.string(), Arch: z.string() });
const platforms: Readonly<Record<string, string>> = { arm64: 'arm64v8', arm: 'arm32v7' };

/** Finds the engine as Docker's tools do and opens a network on it. Rejects with a `DockerError`. */
export async function openDockerHost(options: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** An existing folder. */
  readonly root: string;
  readonly network?: ContainerNetwork['kind'];
}): Promise<DockerHost> {
  const socketPath = dockerSocket(options.environment);
  const client = new DockerClient({ socketPath });
  const { Version, Arch } = versionAnswer.parse(await client.call('GET', '/version'));
  const id = sha256(realpathSync(options.root)).slice(0, 12);
  const run = randomBytes(4).toString('hex');
  const wish = options.network === undefined ? {} : { wish: options.network };
  const network = await openNetwork(client, { id, run, ...wish });
  return {
    client,
    socketPath,
    version: Version,
    platform: platforms[Arch] ?? Arch,
    network,
    id,
    run,
    close: () => sweepNetworks(client, id),
  };
}
