import { createServer } from 'node:net';

import * as z from 'zod';

import type { DockerClient } from './docker-client.ts';
import { labelsOf } from './labels.ts';

/** How a simulator's containers reach the hub, and it them. */
export type ContainerNetwork =
  | { readonly kind: 'host' }
  | {
      readonly kind: 'bridge';
      readonly name: string;
      /** Where this process has to listen to be reached. */
      readonly listenAddress: string;
      /** What `gatewayName` is in the containers: an address, or the engine's own word for this machine. */
      readonly gateway: string;
    };

/** This machine's name in containers on a bridge. */
export const gatewayName = 'iotedge-gateway';

const network = z.object({
  Driver: z.string(),
  IPAM: z.object({ Config: z.array(z.object({ Gateway: z.string().optional() })).nullable() }),
});

/**
 * Asks the engine: where it has a bridge, the simulator gets a bridge network of its own, as aziot-edged makes one for a
 * device; where not, its containers share this machine's network. `wish` overrules.
 */
export async function openNetwork(
  client: DockerClient,
  { id, run, wish }: { readonly id: string; readonly run: string; readonly wish?: ContainerNetwork['kind'] },
): Promise<ContainerNetwork> {
  const networks = z.array(z.object({ Driver: z.string() })).parse(await client.call('GET', '/networks'));
  const kind = wish ?? (networks.some(({ Driver }) => Driver === 'bridge') ? 'bridge' : 'host');
  if (kind === 'host') return { kind };
  // Of this run alone: the last one's watchdog may be about to remove that one's.
  const name = `simulator-${id}-${run}`;
  await client.call('POST', '/networks/create', {
    Name: name,
    Driver: 'bridge',
    CheckDuplicate: true,
    Labels: labelsOf(id, run),
  });
  const found = await client.call('GET', `/networks/${name}`);
  const gateway = network.parse(found).IPAM.Config?.[0]?.Gateway?.replace(/\/\d+$/, '');
  // An engine in a virtual machine (Docker Desktop) has its bridge there, and a way to this machine's loopback.
  return gateway !== undefined && (await isHere(gateway))
    ? { kind, name, listenAddress: gateway, gateway }
    : { kind, name, listenAddress: '127.0.0.1', gateway: 'host-gateway' };
}

/** Tried, not looked up: a bridge that nobody is on yet is in no list of running interfaces. */
function isHere(address: string): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(0, address, () => server.close(() => done(true)));
  });
}
