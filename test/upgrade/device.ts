import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import { pino } from 'pino';
import { isJsonObject, type JsonObject } from '@companion/foundation';
import { HubServer } from '@companion/simulator';
import { eventually } from '../eventually.ts';
import type { SentEvent } from './fixture.ts';
import type { Version } from './story.ts';

const topic = 'detections';
const app = join(import.meta.dirname, 'app.mjs');
const tsx = import.meta.resolve('tsx');

type ModuleName = 'artifacts' | 'filter';

/** One device: a hub, a camera's broker, and modules of whatever version, as processes on two folders. */
export class Device implements AsyncDisposable {
  readonly hub: HubServer;
  readonly volume: string;
  readonly data: string;
  /** Events that the hub has, in order; ids may come twice. */
  readonly events: SentEvent[] = [];
  readonly #folder: string;
  readonly #aedes: Aedes;
  readonly #broker;
  readonly #children: ChildProcess[] = [];
  readonly #generations = new Map<string, string>();
  #port = 0;

  private constructor(folder: string, aedes: Aedes) {
    this.#folder = folder;
    this.volume = join(folder, 'volume');
    this.data = join(folder, 'data');
    this.#aedes = aedes;
    this.#broker = createServer(aedes.handle);
    this.hub = new HubServer({
      deviceId: 'device',
      iotHubHostName: 'hub.test',
      workloadSocketPath: join(folder, 'w.sock'),
      log: pino({ level: 'silent' }),
    });
  }

  static async open(): Promise<Device> {
    const device = new Device(await mkdtemp(join(tmpdir(), 'upgrade-')), await Aedes.createBroker());
    await device.#open();
    return device;
  }

  async #open(): Promise<void> {
    await mkdir(this.volume);
    await mkdir(this.data);
    this.#broker.listen(0, '127.0.0.1');
    await once(this.#broker, 'listening');
    this.#port = (await this.hub.start()).port;
    for (const name of ['artifacts', 'filter']) this.#generations.set(name, this.hub.addModule(name).generationId);
    this.hub.setRoutes({ up: 'FROM /messages/modules/filter/outputs/* INTO $upstream' }, { timeToLiveSecs: 7200 });
    this.hub.upstream.subscribe(({ output, body }) => {
      if (output === 'events') this.events.push(asSent(Buffer.from(body).toString()));
    });
  }

  /** Starts a module of the sources below `sources`. */
  startModule(name: ModuleName, sources: string): ChildProcess {
    const main = join(sources, 'modules', name, 'src', 'main.ts');
    const { port: brokerPort } = this.#broker.address() as AddressInfo;
    const own =
      name === 'artifacts'
        ? { ARTIFACTS_ROOT: this.volume }
        : {
            FILTER_DATA: this.data,
            DETECTIONS_MQTT_URL: `mqtt://127.0.0.1:${brokerPort}`,
            DETECTIONS_MQTT_TOPIC: topic,
          };
    return this.#spawn(process.execPath, ['--import', tsx, main], {
      ...own,
      METRICS_PORT: '0',
      METRICS_HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      IOTEDGE_WORKLOADURI: `unix://${join(this.#folder, 'w.sock')}`,
      IOTEDGE_DEVICEID: 'device',
      IOTEDGE_MODULEID: name,
      IOTEDGE_IOTHUBHOSTNAME: 'hub.test',
      IOTEDGE_AUTHSCHEME: 'sasToken',
      IOTEDGE_GATEWAYHOSTNAME: `localhost:${this.#port}`,
      IOTEDGE_MODULEGENERATIONID: this.#generations.get(name) ?? '',
    });
  }

  /** Starts the supervisor that lies in the volume, as DeepStream's container does, with `app.mjs` as DeepStream. */
  startSupervisor(): ChildProcess {
    const script = join(this.volume, 'supervisor.sh');
    const command = [process.execPath, app, join(this.#folder, 'starts')];
    return this.#spawn('/bin/sh', [script, this.volume, ...command], {});
  }

  /** The starts of DeepStream's place: process and config. */
  async starts(): Promise<readonly string[]> {
    const text = await readFile(join(this.#folder, 'starts'), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  /** What the supervisor says of itself. */
  async supervisorStatus(): Promise<Readonly<Record<string, string>>> {
    const text = await readFile(join(this.volume, 'supervisor.status'), 'utf8').catch(() => '');
    return Object.fromEntries(text.split('\n').map((line) => line.split('=') as [string, string]));
  }

  reported(name: ModuleName): JsonObject {
    return this.hub.twins.get(name).properties.reported;
  }

  /** Waits until artifacts reports the release of a version in this state; resolves with all that it reports. */
  async releaseIs(version: Version, state: string): Promise<JsonObject> {
    return eventually(() => {
      const reported = this.reported('artifacts');
      const { release } = reported;
      if (isJsonObject(release) && release['config'] === `configs/app/${version}.txt` && release['state'] === state)
        return reported;
      throw new Error(`${version} is not ${state}: ${JSON.stringify(reported)}`);
    });
  }

  /** Waits until filter listens to the camera. */
  async cameraIsHeard(): Promise<void> {
    await eventually(() => {
      if (this.#aedes.connectedClients === 0) throw new Error('filter does not listen yet');
    });
  }

  /** The camera's messages, in order. */
  async show(messages: readonly string[]): Promise<void> {
    for (const message of messages) {
      const payload = Buffer.from(message);
      const packet = { cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false } as const;
      await new Promise<void>((resolve) => this.#aedes.publish(packet, () => resolve()));
    }
  }

  async end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The supervisor first gets the chance to end its app.
    for (const child of this.#children) await this.end(child, 'SIGTERM');
    this.#broker.close();
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    await this.hub.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #spawn(command: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
    const child = spawn(command, args, {
      cwd: this.#folder,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.#children.push(child);
    return child;
  }
}

function asSent(text: string): SentEvent {
  const { id, type, subject, data } = JSON.parse(text) as {
    id: string;
    type: string;
    subject?: string;
    data?: { zone?: string };
  };
  return { id, type, zone: data?.zone ?? subject ?? '?' };
}
