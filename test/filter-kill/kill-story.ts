/*
 * The filter's real process between a broker with detections and the simulator's hub, killed at random moments.
 *
 * What the module promises: an event that was raised is never lost, and never raised anew under another id. What it
 * can't promise: detections that were on their way into a process that is killed. So the source here is one that can be
 * asked again: after a kill it goes on behind the newest frame that the checkpoint on the disk knows of, as a camera
 * goes on showing the car that stands there.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Aedes } from 'aedes';
import { pino } from 'pino';
import { vi } from 'vitest';
import { openJournal, recall } from '@companion/filter/testing';
import { HubServer } from '@companion/simulator';
import { createRandom } from '@companion/occupancy/testing';
import type { Scene } from './scene.ts';

/** What came of a run. */
export interface StoryOutcome {
  /** What the hub received, by event id. */
  readonly events: ReadonlyMap<string, string>;
  /** Messages with an id that had come before. */
  readonly duplicates: number;
  /** Messages with a known id and another body: there must be none. */
  readonly contradictions: number;
  readonly kills: number;
  readonly hubBreaks: number;
}

interface StoryOptions {
  readonly scene: Scene;
  readonly kills: number;
  readonly seed: number;
  /** The bundle's main.cjs. */
  readonly moduleFile: string;
  /** Frames a second, over all cameras. */
  readonly framesPerSecond: number;
}

const brokerTopic = 'detections';
const patience = { timeout: 60_000, interval: 10 };

/** Plays the scene, kills the module so often, and plays on to the end. */
export async function playStory(options: StoryOptions): Promise<StoryOutcome> {
  const { scene, seed } = options;
  const random = createRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'kill-'));
  const data = join(folder, 'data');
  await mkdir(data);
  const socket = join(folder, 'w.sock');
  const hub = new HubServer({
    deviceId: 'jetson',
    iotHubHostName: 'simulated.azure-devices.net',
    workloadSocketPath: socket,
    log: pino({ level: 'silent' }),
    upstreamHistory: 1,
  });
  const address = await hub.start();
  const { generationId } = hub.addModule('filter', scene.desired);
  hub.setRoutes({ up: 'FROM /messages/modules/filter/outputs/* INTO $upstream' }, { timeToLiveSecs: 7200 });
  const received = collect(hub);
  const source = await startSource(scene, data, options.framesPerSecond);
  const environment = {
    METRICS_PORT: '0',
    METRICS_HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    FILTER_DATA: data,
    DETECTIONS_MQTT_URL: `mqtt://127.0.0.1:${source.port}`,
    DETECTIONS_MQTT_TOPIC: brokerTopic,
    IOTEDGE_WORKLOADURI: `unix://${socket}`,
    IOTEDGE_DEVICEID: 'jetson',
    IOTEDGE_MODULEID: 'filter',
    IOTEDGE_IOTHUBHOSTNAME: 'simulated.azure-devices.net',
    IOTEDGE_AUTHSCHEME: 'sasToken',
    IOTEDGE_GATEWAYHOSTNAME: `localhost:${address.port}`,
    IOTEDGE_MODULEGENERATIONID: generationId,
  };
  const start = (): ChildProcess =>
    spawn(process.execPath, [options.moduleFile], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  let child = start();
  let hubBreaks = 0;

  try {
    await vi.waitFor(async () => {
      if (!(await checkpointOf(data))?.settings.config.zones.length)
        throw new Error('the zones are not on the disk yet');
    }, patience);
    source.begin();
    for (let kill = 0; kill < options.kills; kill++) {
      // Some kills hit the start; most hit the work.
      const breaking = random() < 0.3 ? breakHub(hub, random) : undefined;
      await pause(random() < 0.2 ? random() * 600 : 600 + random() * 900);
      child.kill('SIGKILL');
      await once(child, 'exit');
      child = start();
      if (breaking !== undefined) {
        hubBreaks++;
        await breaking;
      }
    }
    // To the end of the scene; an end in order may come with frames still in the socket, then once more.
    for (;;) {
      await vi.waitFor(
        () => {
          if (!source.ended) throw new Error('frames are left');
        },
        { ...patience, timeout: 600_000 },
      );
      child.kill('SIGTERM');
      await once(child, 'exit');
      if (await isDone(scene, data)) break;
      child = start();
      await source.subscribed();
    }
  } finally {
    child.kill('SIGKILL');
    await source.close();
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
  }
  return { ...received, kills: options.kills, hubBreaks };
}

/** A short cut of the connection, or the hub away for up to two seconds. */
async function breakHub(hub: HubServer, random: () => number): Promise<void> {
  await pause(random() * 1_500);
  if (random() < 0.5) {
    hub.disconnect('filter');
    return;
  }
  await hub.stop();
  await pause(random() * 2_000);
  await hub.start();
}

function collect(hub: HubServer) {
  const events = new Map<string, string>();
  const counts = { events, duplicates: 0, contradictions: 0 };
  hub.upstream.subscribe(({ output, body }) => {
    if (output !== 'events') return;
    const text = Buffer.from(body).toString();
    const { id } = JSON.parse(text) as { id: string };
    const known = events.get(id);
    if (known !== undefined) counts.duplicates++;
    if (known !== undefined && known !== text) counts.contradictions++;
    events.set(id, text);
  });
  return counts;
}

interface SceneCheckpoint {
  readonly settings: { readonly config: { readonly zones: readonly unknown[] } };
  readonly stampsMs: Readonly<Record<string, number>>;
}

/** What a process that started now would find; read only. */
async function journalOf(data: string) {
  const folder = join(data, 'outbox');
  return recall(existsSync(folder) ? (await openJournal(folder)).segments : []);
}

async function checkpointOf(data: string): Promise<SceneCheckpoint | undefined> {
  return (await journalOf(data)).checkpoint as unknown as SceneCheckpoint | undefined;
}

async function isDone({ frames }: Scene, data: string): Promise<boolean> {
  const { entries } = await journalOf(data);
  const stampsMs = (await checkpointOf(data))?.stampsMs ?? {};
  const lastMs = (sensor: string): number => frames.findLast((frame) => frame.sensor === sensor)?.timeMs ?? 0;
  return entries.length === 0 && Object.entries(stampsMs).every(([sensor, ms]) => ms === lastMs(sensor));
}

/** A broker that plays the scene to whoever subscribes, from behind what the checkpoint knows. */
async function startSource({ frames }: Scene, data: string, framesPerSecond: number) {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let position = 0;
  let listening = false;
  let begun = false;
  let stampsMs: Readonly<Record<string, number>> = {};
  let session = 0;
  aedes.on('subscribe', () => {
    const own = ++session;
    void checkpointOf(data).then((checkpoint) => {
      if (own !== session) return;
      stampsMs = checkpoint?.stampsMs ?? {};
      position = 0;
      listening = true;
    });
  });
  aedes.on('clientDisconnect', () => {
    session++;
    listening = false;
  });
  const timer = setInterval(() => {
    if (!listening || !begun) return;
    for (let left = Math.ceil(framesPerSecond / 50); left > 0 && position < frames.length; position++) {
      const frame = frames[position];
      if (frame === undefined || frame.timeMs <= (stampsMs[frame.sensor] ?? 0)) continue;
      left--;
      const payload = Buffer.from(frame.body);
      aedes.publish(
        { cmd: 'publish', topic: brokerTopic, payload, qos: 0, retain: false, dup: false },
        () => undefined,
      );
    }
  }, 20);
  return {
    port: (server.address() as AddressInfo).port,
    begin() {
      begun = true;
    },
    /** Whether all frames were sent to the present listener. */
    get ended() {
      return listening && position >= frames.length;
    },
    subscribed: () =>
      vi.waitFor(() => {
        if (!listening) throw new Error('nobody listens');
      }, patience),
    async close() {
      clearInterval(timer);
      server.close();
      await new Promise<void>((resolve) => {
        aedes.close(() => resolve());
      });
    },
  };
}
