import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { ModuleSpec } from '@companion/deployment';
import { Parser } from 'tar';
import * as z from 'zod';

import { AgentError } from '../engine/agent-error.ts';
import type { Engine } from '../engine/engine.ts';
import { freePort } from '../engine/free-port.ts';
import { createWatchdog } from '../engine/watchdog.ts';
import type { ContainerNetwork } from './container-network.ts';
import { leftOut, metricsPortOf, planContainer, type ContainerContext, type ContainerMount } from './container-plan.ts';
import { isRunning, runContainer } from './container-run.ts';
import type { DockerClient } from './docker-client.ts';
import { DockerError } from './docker-error.ts';
import { idOf, labelsOf } from './labels.ts';
import { sweep, type SweepScope } from './sweep.ts';

/** What modules need to run in containers. */
export interface DockerEngineOptions {
  readonly client: DockerClient;
  /** The path behind `client`: for the watchdog. */
  readonly socketPath: string;
  /** Tells this simulator's containers from any other's. */
  readonly id: string;
  /** And this run of it. */
  readonly run: string;
  /** Before the module's name in the container's: edgeAgent has none. */
  readonly containerPrefix: string;
  readonly network: ContainerNetwork;
  /** Images of this machine in place of the deployment's, by module. */
  readonly images: ReadonlyMap<string, string>;
  readonly moduleEnvironment: (module: string) => Readonly<Record<string, string>>;
  /** Where a path of the device lies on this machine. */
  readonly hostPath: (devicePath: string) => string;
  /** From paths of the device to the files that stand for them. */
  readonly given: ReadonlyMap<string, string>;
  /** Paths of the device that modules do not get, and why. */
  readonly withheld: ReadonlyMap<string, string>;
  /** What is mounted into a module besides. */
  readonly mounts: (module: string) => readonly ContainerMount[];
  /** Whether named volumes go with the simulator. */
  readonly volumes: 'keep' | 'remove';
  /** What a person should know of how this differs from a device. */
  readonly onNote: (module: string, text: string) => void;
}

interface Created {
  readonly container: string;
  /** What it was made from: another text asks for another container. */
  readonly plan: string;
}

const command = z.array(z.string()).nullish();
const image = z.object({ Config: z.object({ Entrypoint: command, Cmd: command }) });
const existing = z.object({ Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }) });
const published = z.object({
  NetworkSettings: z.object({
    Ports: z.record(z.string(), z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable()),
  }),
});

/** Runs modules in containers of a Docker engine on this machine, which it finds and leaves without any of its own. */
export function createDockerEngine(options: DockerEngineOptions): Engine {
  const { client, id, run, network } = options;
  const created = new Map<string, Created>();
  const metricsPorts = new Map<string, number>();
  const noted = new Set<string>();
  let lowLimits = false;
  const scope = new Set<SweepScope>(options.volumes === 'remove' ? ['containers', 'volumes'] : ['containers']);
  const watchdog = createWatchdog({
    command: [
      process.execPath,
      '--import',
      import.meta.resolve('tsx'),
      fileURLToPath(new URL('./container-watchdog.ts', import.meta.url)),
      options.socketPath,
      id,
      run,
      ...scope,
      // Of the machine, which closes its network itself when it can.
      'networks' satisfies SweepScope,
    ],
  });
  const nameOf = (spec: ModuleSpec): string => `${options.containerPrefix}${spec.name}`;
  const imageOf = (spec: ModuleSpec): string => options.images.get(spec.name) ?? spec.image;
  const volumeName = (name: string): string => `simulator-${id}-${name}`;

  function note(module: string, text: string): void {
    if (noted.has(`${module} ${text}`)) return;
    noted.add(`${module} ${text}`);
    options.onNote(module, text);
  }
  async function imageCommand(spec: ModuleSpec): Promise<ContainerContext['imageCommand']> {
    const name = imageOf(spec);
    const found = await client.call('GET', `/images/${name}/json`).catch((error: unknown) => {
      if (!(error instanceof DockerError && error.code === 'NOT_FOUND')) throw error;
      const advice =
        spec.source === undefined && !options.images.has(spec.name) ? `docker pull ${name}` : 'npm run images';
      throw new AgentError(
        'IMAGE_MISSING',
        spec.name,
        `the Docker engine has no image ${name}; \`${advice}\` makes it`,
      );
    });
    const { Entrypoint, Cmd } = image.parse(found).Config;
    return { Entrypoint: Entrypoint ?? [], Cmd: Cmd ?? [] };
  }
  async function createVolume(name: string): Promise<void> {
    await client.call('POST', '/volumes/create', { Name: name, Labels: labelsOf(id) });
  }
  /** The module's container, made anew where it is to differ from the last one: as on a device, a restart keeps it. */
  async function containerOf(spec: ModuleSpec): Promise<Created> {
    const last = created.get(spec.name);
    const running = last === undefined ? undefined : await unlessGone(isRunning(client, last.container));
    if (running === true && last !== undefined) return last;
    // Somebody else may have removed it.
    const before = running === undefined ? undefined : last;
    const wanted = metricsPortOf(spec);
    if (wanted !== undefined)
      metricsPorts.set(spec.name, network.kind === 'host' ? await freePort(metricsPorts.get(spec.name)) : wanted);
    const { body, folders, volumes } = planContainer(spec, {
      id,
      run,
      image: imageOf(spec),
      imageCommand: await imageCommand(spec),
      injected: options.moduleEnvironment(spec.name),
      network,
      metricsPort: metricsPorts.get(spec.name),
      hostPath: options.hostPath,
      volumeName,
      given: options.given,
      withheld: options.withheld,
      mounts: options.mounts(spec.name),
      lowLimits,
    });
    const plan = JSON.stringify(body);
    if (before?.plan === plan) return before;
    if (before !== undefined) await unlessGone(client.call('DELETE', `/containers/${before.container}?force=1`));
    created.delete(spec.name);
    for (const folder of folders) await mkdir(folder, { recursive: true });
    for (const volume of volumes) await createVolume(volume);
    const answer = await client.call('POST', `/containers/create?name=${encodeURIComponent(nameOf(spec))}`, body);
    const made = { container: z.object({ Id: z.string() }).parse(answer).Id, plan };
    created.set(spec.name, made);
    return made;
  }
  async function metricsUrlOf(spec: ModuleSpec, container: string): Promise<string | undefined> {
    const port = metricsPorts.get(spec.name);
    if (port === undefined || network.kind === 'host')
      return port === undefined ? undefined : `http://127.0.0.1:${port}/metrics`;
    const { Ports } = published.parse(await client.call('GET', `/containers/${container}/json`)).NetworkSettings;
    const place = Ports[`${port}/tcp`]?.[0];
    return place === undefined ? undefined : `http://127.0.0.1:${place.HostPort}/metrics`;
  }

  return {
    async check(spec) {
      const ofImage = await imageCommand(spec);
      const { Entrypoint = ofImage.Entrypoint, Cmd = ofImage.Cmd } = spec.createOptions;
      if (Entrypoint.length + Cmd.length === 0)
        throw new AgentError('NOTHING_TO_RUN', spec.name, `neither ${imageOf(spec)} nor createOptions name a command`);
      const holder = await client.call('GET', `/containers/${nameOf(spec)}/json`).catch(() => undefined);
      if (holder !== undefined && idOf(existing.parse(holder).Config.Labels) !== id) {
        const reason = `the Docker engine has a container ${nameOf(spec)} that is not this simulator's; remove it, or choose other names with --container-prefix`;
        throw new AgentError('NAME_TAKEN', spec.name, reason);
      }
    },
    async open() {
      watchdog.start();
      // Of a simulator that was killed together with its watchdog.
      await sweep(client, id, { graceSec: 2, scope: new Set(['containers']) });
      created.clear();
    },
    async run(spec, onLine) {
      for (const text of leftOut(spec, options.withheld)) note(spec.name, text);
      let { container } = await containerOf(spec);
      const start = () => runContainer(client, container, onLine);
      const running = await start().catch(async (refused: unknown) => {
        if (lowLimits || !(refused instanceof DockerError && refused.code === 'ENGINE_REFUSED')) throw refused;
        // An engine that may not raise limits says so in words only: whether that was it, shows in the next start.
        lowLimits = true;
        try {
          ({ container } = await containerOf(spec));
          const started = await start();
          note(
            spec.name,
            `started with limits of 1024 files and processes, after the engine refused: ${refused.message}`,
          );
          return started;
        } catch {
          lowLimits = false;
          throw refused;
        }
      });
      return {
        ...running,
        label: `container ${container.slice(0, 12)}`,
        metricsUrl: await metricsUrlOf(spec, container).catch(() => undefined),
      };
    },
    async volumePath(source) {
      if (source.startsWith('/')) return options.hostPath(source);
      const name = volumeName(source);
      await createVolume(name);
      return z.object({ Mountpoint: z.string() }).parse(await client.call('GET', `/volumes/${name}`)).Mountpoint;
    },
    async readFile(spec, path) {
      // Through the engine: a volume's folder on this machine is root's alone.
      const query = `path=${encodeURIComponent(path)}`;
      return firstFile(await client.open('GET', `/containers/${nameOf(spec)}/archive?${query}`));
    },
    async close() {
      await sweep(client, id, { graceSec: 10, scope });
      created.clear();
      await watchdog.stop();
    },
  };
}

/** Undefined where there is no such thing (any more). */
function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof DockerError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  });
}

function firstFile(archive: NodeJS.ReadableStream): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const parser = new Parser({
      strict: true,
      onReadEntry: (entry) => entry.on('data', (chunk: Buffer) => chunks.push(chunk)),
    });
    parser.on('end', () => resolve(Buffer.concat(chunks)));
    parser.on('error', reject);
    archive.on('error', reject);
    archive.pipe(parser);
  });
}
