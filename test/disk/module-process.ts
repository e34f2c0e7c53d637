import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@companion/foundation';
import { pino } from 'pino';
import { inject, vi } from 'vitest';
import { HubServer } from '@companion/simulator';

/** The artifacts module as a process of its own, connected to a hub. */
export interface ModuleProcess {
  readonly pid: number;
  reported(): JsonObject;
  /** What `/healthz` answers. */
  health(): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Log lines so far. */
  log(): readonly JsonObject[];
  /** Waits until the twin says so of the volume. */
  volumeIs(state: string): Promise<JsonObject>;
  want(desired: JsonObject): void;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

/** A hub in which modules run on volumes that do not let them. */
export interface ModuleBench extends AsyncDisposable {
  readonly folder: string;
  start(name: string, root: string, uid?: number): ModuleProcess;
}

const patience = { timeout: 15_000, interval: 50 };

/** Starts the hub in a new temporary folder, which anybody may look into. */
export async function startModuleBench(): Promise<ModuleBench> {
  const folder = await mkdtemp(join(tmpdir(), 'module-'));
  await chmod(folder, 0o755);
  const socket = join(folder, 'workload.sock');
  const hub = new HubServer({
    deviceId: 'device',
    iotHubHostName: 'hub.test',
    workloadSocketPath: socket,
    log: pino({ level: 'silent' }),
  });
  const { port } = await hub.start();
  await chmod(socket, 0o666);
  const running: ModuleProcess[] = [];

  return {
    folder,
    start(name, root, uid) {
      const { generationId } = hub.addModule(name);
      const child = spawn(process.execPath, [inject('programs').artifacts], {
        cwd: folder,
        env: {
          PATH: process.env['PATH'],
          ARTIFACTS_ROOT: root,
          METRICS_PORT: '0',
          METRICS_HOST: '127.0.0.1',
          IOTEDGE_WORKLOADURI: `unix://${socket}`,
          IOTEDGE_DEVICEID: 'device',
          IOTEDGE_MODULEID: name,
          IOTEDGE_IOTHUBHOSTNAME: 'hub.test',
          IOTEDGE_AUTHSCHEME: 'sasToken',
          IOTEDGE_GATEWAYHOSTNAME: `localhost:${port}`,
          IOTEDGE_MODULEGENERATIONID: generationId,
        },
        ...(uid === undefined ? {} : { uid, gid: uid }),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      child.stdout.on('data', (data: Buffer) => (text += data.toString()));
      const ended = once(child, 'close') as Promise<[number | null]>;
      const log = (): JsonObject[] =>
        text
          .split('\n')
          .filter((line) => line.endsWith('}'))
          .map((line) => JSON.parse(line) as JsonObject);
      const reported = (): JsonObject => hub.twins.get(name).properties.reported;
      const one: ModuleProcess = {
        pid: child.pid ?? 0,
        log,
        reported,
        async health() {
          const { port: own } = log().find(({ msg }) => msg === 'metrics and health listening') ?? {};
          const response = await fetch(`http://127.0.0.1:${Number(own)}/healthz`);
          return { status: response.status, body: await response.json() };
        },
        volumeIs: (state) =>
          vi.waitFor(() => {
            const volume = (reported()['volume'] ?? {}) as JsonObject;
            if (volume['state'] !== state) throw new Error(`not ${state}: ${JSON.stringify(volume)}; ${text}`);
            return volume;
          }, patience),
        want: (desired) => void hub.twins.patchDesired(name, desired),
        async kill(signal) {
          child.kill(signal);
          return (await ended)[0];
        },
      };
      running.push(one);
      return one;
    },
    async [Symbol.asyncDispose]() {
      for (const one of running) await one.kill('SIGKILL');
      await hub.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
