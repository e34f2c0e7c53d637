import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import pino from 'pino';
import type { HubAddress, HubEvent, HubServerOptions, ModuleIdentity } from '../contract/contract.ts';
import { HubServer } from '../hub-server.ts';

export const deviceId = 'device-1';
export const iotHubHostName = 'simulated.azure-devices.net';

/** A running hub for a test; disposing it stops the hub and removes its directory. */
export interface HubFixture extends AsyncDisposable {
  readonly hub: HubServer;
  readonly address: HubAddress;
  readonly socketPath: string;
  /** Everything that the hub told, in order. */
  readonly events: HubEvent[];
}

/** Starts a hub on free ports, silent. */
export async function startHub(options: Partial<HubServerOptions> = {}): Promise<HubFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'hub-'));
  const socketPath = join(directory, 'workload.sock');
  const hub = new HubServer({
    deviceId,
    iotHubHostName,
    workloadSocketPath: socketPath,
    log: pino({ level: 'silent' }),
    ...options,
  });
  const events: HubEvent[] = [];
  hub.events.subscribe((event) => events.push(event));
  const address = await hub.start();
  return {
    hub,
    address,
    socketPath,
    events,
    [Symbol.asyncDispose]: async () => {
      await hub.stop();
      await rm(directory, { recursive: true });
    },
  };
}

/** A shared access signature as the SDK makes it; each part can be made wrong. */
export function createSasToken(
  identity: Pick<ModuleIdentity, 'moduleId' | 'primaryKey'>,
  { resource = `${iotHubHostName}/devices/${deviceId}/modules/${identity.moduleId}`, expirySeconds = inOneHour() } = {},
): string {
  const sr = encodeURIComponent(resource);
  const signature = createHmac('sha256', Buffer.from(identity.primaryKey, 'base64')).update(`${sr}\n${expirySeconds}`);
  return `SharedAccessSignature sr=${sr}&sig=${encodeURIComponent(signature.digest('base64'))}&se=${expirySeconds}`;
}

function inOneHour(): number {
  return Math.ceil(Date.now() / 1000) + 3600;
}

/** What a module says when it connects; each part can be made wrong. */
export function connectOptions(
  { address }: Pick<HubFixture, 'address'>,
  identity: ModuleIdentity,
  overrides: IClientOptions = {},
): IClientOptions {
  return {
    ca: address.caCertificatePem,
    clientId: `${deviceId}/${identity.moduleId}`,
    username: `${iotHubHostName}/${deviceId}/${identity.moduleId}/?api-version=2018-06-30`,
    password: createSasToken(identity),
    clean: false,
    reconnectPeriod: 0,
    protocolVersion: 4,
    ...overrides,
  };
}

/** Connects a module with plain mqtt.js; rejects where the hub refuses. */
export async function connectModule(
  fixture: Pick<HubFixture, 'address'>,
  identity: ModuleIdentity,
  overrides: IClientOptions = {},
): Promise<MqttClient> {
  const client = await mqtt.connectAsync(
    `mqtts://localhost:${fixture.address.port}`,
    connectOptions(fixture, identity, overrides),
    false,
  );
  client.on('error', () => undefined);
  return client;
}

/** Resolves when the connection is gone, at once where it is. */
export async function closed(client: MqttClient): Promise<void> {
  if (!client.connected && client.stream.destroyed) return;
  await new Promise<void>((resolve) => client.once('close', () => resolve()));
}

/** Waits for a condition by looking every few milliseconds; the test's own timeout ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The filter of a module's inputs. */
export function inputsOf(moduleId: string): string {
  return `devices/${deviceId}/modules/${moduleId}/inputs/#`;
}

/** The topic of an output, as the SDK writes it. */
export function outputTopic(moduleId: string, output: string, properties = ''): string {
  return `devices/${deviceId}/modules/${moduleId}/messages/events/%24.on=${output}${properties}/`;
}
