import { createHmac } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { encodeMinimal } from '@companion/deepstream/message';
import { HubServer, type ModuleIdentity } from '@companion/simulator';
import { measurement, type Benchmark } from '../benchmark.ts';

const messages = 5_000;
const rounds = 3;
const device = 'bench';
const iotHub = 'bench.azure-devices.net';

/**
 * Messages a second from the hub through the Azure SDK into the filter module (its own process, parsing and tracking
 * included), against a bare MQTT client that only acknowledges, on the same hub with the same messages in the same run.
 * The hub gives a module one unacknowledged message at a time, so both measure round trips.
 */
export const hubThroughput: Benchmark = {
  name: 'system.hub-to-filter',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    const hub = new HubServer({
      deviceId: device,
      iotHubHostName: iotHub,
      workloadSocketPath: join(folder, 'workload.sock'),
      log: pino({ level: 'silent' }),
    });
    try {
      const { port, caCertificatePem } = await hub.start();
      const identities = {
        sender: hub.addModule('sender'),
        bare: hub.addModule('bare'),
        filter: hub.addModule('filter', { zones: {} }),
      };
      hub.setRoutes(
        {
          filter: {
            route:
              'FROM /messages/modules/sender/outputs/filter INTO BrokeredEndpoint("/modules/filter/inputs/detections")',
          },
          bare: {
            route:
              'FROM /messages/modules/sender/outputs/bare INTO BrokeredEndpoint("/modules/bare/inputs/detections")',
          },
        },
        { timeToLiveSecs: 7200 },
      );
      const connect = (identity: ModuleIdentity): Promise<MqttClient> =>
        connectModule(identity, port, caCertificatePem);
      const sender = await connect(identities.sender);
      const bare = await connect(identities.bare);
      await bare.subscribeAsync(`devices/${device}/modules/bare/inputs/#`, { qos: 1 });
      const filter = startFilter(identities.filter, join(folder, 'workload.sock'), port);
      await until(() => hub.stats().modules['filter']?.connected === true);
      const rates = { filter: [] as number[], bare: [] as number[] };
      try {
        for (let round = 0; round <= rounds; round++) {
          for (const target of ['bare', 'filter'] as const) {
            const rate = await deliver(hub, sender, target);
            // The first round warms both up.
            if (round > 0) rates[target].push(rate);
          }
        }
      } finally {
        filter.kill('SIGTERM');
        await Promise.all([once(filter, 'exit'), sender.endAsync(), bare.endAsync()]);
      }
      return [measurement(this.name, 'messages/s', median(rates.filter), median(rates.bare))];
    } finally {
      await hub.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Sends all messages and waits until the module has acknowledged the last one. */
async function deliver(hub: HubServer, sender: MqttClient, module: 'bare' | 'filter'): Promise<number> {
  const topic = `devices/${device}/modules/sender/messages/events/%24.on=${module}/`;
  const delivered = (): number => hub.stats().modules[module]?.delivered ?? 0;
  const goal = delivered() + messages;
  const beganMs = performance.now();
  const sent: Promise<unknown>[] = [];
  for (let index = 0; index < messages; index++) {
    sent.push(sender.publishAsync(topic, message(index), { qos: 1 }));
    if (sent.length >= 200) await Promise.all(sent.splice(0));
  }
  await Promise.all(sent);
  await until(() => delivered() >= goal);
  return messages / ((performance.now() - beganMs) / 1000);
}

function message(index: number): string {
  return encodeMinimal({
    sensor: 'Yard',
    timeMs: Date.UTC(2026, 0, 1) + index * 33,
    frameNumber: String(index),
    detections: Array.from({ length: 10 }, (_, object) => ({
      trackId: String(object),
      label: 'Car',
      box: { left: object * 100 + (index % 5), top: 200, right: object * 100 + 90, bottom: 300 },
      confidence: 0.9,
    })),
  });
}

function startFilter(identity: ModuleIdentity, socket: string, port: number): ReturnType<typeof spawn> {
  return spawn(process.execPath, ['--import', 'tsx', 'modules/filter/src/main.ts'], {
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'],
      IOTEDGE_WORKLOADURI: `unix://${socket}`,
      IOTEDGE_DEVICEID: device,
      IOTEDGE_MODULEID: identity.moduleId,
      IOTEDGE_IOTHUBHOSTNAME: iotHub,
      IOTEDGE_AUTHSCHEME: 'sasToken',
      IOTEDGE_GATEWAYHOSTNAME: `localhost:${port}`,
      IOTEDGE_MODULEGENERATIONID: identity.generationId,
      METRICS_PORT: '0',
    },
  });
}

function connectModule({ moduleId, primaryKey }: ModuleIdentity, port: number, ca: string): Promise<MqttClient> {
  const expiry = Math.floor(Date.now() / 1000) + 3600;
  const resource = encodeURIComponent(`${iotHub}/devices/${device}/modules/${moduleId}`);
  const signature = createHmac('sha256', Buffer.from(primaryKey, 'base64'))
    .update(`${resource}\n${expiry}`)
    .digest('base64');
  return connectAsync(`mqtts://localhost:${port}`, {
    clientId: `${device}/${moduleId}`,
    username: `${iotHub}/${device}/${moduleId}/?api-version=2021-04-12`,
    password: `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}`,
    ca,
    clean: false,
  });
}

async function until(probe: () => boolean): Promise<void> {
  const endMs = performance.now() + 60_000;
  while (!probe()) {
    if (performance.now() > endMs) throw new Error('gave up after 60 s');
    await delay(2);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
