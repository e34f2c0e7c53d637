import { mkdir } from 'node:fs/promises';

import type { ModuleSpec } from '@companion/deployment';
import * as z from 'zod';

import { AgentError } from '../engine/agent-error.ts';
import { freePort } from '../engine/free-port.ts';
import type { ContainerNetwork } from './container-network.ts';
import { metricsPortOf, planContainer, type ContainerContext, type ContainerMount } from './container-plan.ts';
import { isRunning } from './container-run.ts';
import type { DockerClient } from './docker-client.ts';
import { DockerError } from './docker-error.ts';
import { labelsOf } from './labels.ts';

/** What modules' containers are made with. */
export interface ModuleContainersOptions {
  readonly client: DockerClient;
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
}

interface Created {
  readonly container: string;
  /** What it was made from: another text asks for another container. */
  readonly plan: string;
}

const command = z.array(z.string()).nullish();
const image = z.object({ Config: z.object({ Entrypoint: command, Cmd: command }) });
const published = z.object({
  NetworkSettings: z.object({
    Ports: z.record(z.string(), z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable()),
  }),
});

/** The containers of the modules: made when they are asked for, kept over restarts. */
export class ModuleContainers {
  readonly #options: ModuleContainersOptions;
  /** By module. */
  readonly #created = new Map<string, Created>();
  readonly #metricsPorts = new Map<string, number>();

  constructor(options: ModuleContainersOptions) {
    this.#options = options;
  }

  nameOf({ name }: ModuleSpec): string {
    return `${this.#options.containerPrefix}${name}`;
  }

  imageOf({ name, image }: ModuleSpec): string {
    return this.#options.images.get(name) ?? image;
  }

  /** The image's own command. Throws `IMAGE_MISSING`. */
  async imageCommand(spec: ModuleSpec): Promise<ContainerContext['imageCommand']> {
    const name = this.imageOf(spec);
    const found = await unlessGone(this.#options.client.call('GET', `/images/${name}/json`));
    if (found === undefined) {
      const ours = spec.source !== undefined || this.#options.images.has(spec.name);
      const advice = ours ? 'npm run images' : `docker pull ${name}`;
      const reason = `the Docker engine has no image ${name}; \`${advice}\` makes it`;
      throw new AgentError('IMAGE_MISSING', spec.name, reason);
    }
    const { Entrypoint, Cmd } = image.parse(found).Config;
    return { Entrypoint: Entrypoint ?? [], Cmd: Cmd ?? [] };
  }

  /** The module's container, made once more where it is to differ from the last one: as on a device, a restart keeps it. */
  async containerOf(spec: ModuleSpec, { lowLimits }: Pick<ContainerContext, 'lowLimits'>): Promise<string> {
    const { client } = this.#options;
    const last = this.#created.get(spec.name);
    const running = last === undefined ? undefined : await unlessGone(isRunning(client, last.container));
    if (running === true && last !== undefined) return last.container;
    // Somebody else may have removed it.
    const before = running === undefined ? undefined : last;
    const { body, folders, volumes } = planContainer(spec, await this.#context(spec, lowLimits));
    const plan = JSON.stringify(body);
    if (before?.plan === plan) return before.container;
    if (before !== undefined) await unlessGone(client.call('DELETE', `/containers/${before.container}?force=1`));
    this.#created.delete(spec.name);
    for (const folder of folders) await mkdir(folder, { recursive: true });
    for (const volume of volumes) await this.createVolume(volume);
    const name = encodeURIComponent(this.nameOf(spec));
    const answer = await client.call('POST', `/containers/create?name=${name}`, body);
    const container = z.object({ Id: z.string() }).parse(answer).Id;
    this.#created.set(spec.name, { container, plan });
    return container;
  }

  /** What the engine calls a volume of the deployment. */
  volumeName(name: string): string {
    return `simulator-${this.#options.id}-${name}`;
  }

  async createVolume(name: string): Promise<void> {
    await this.#options.client.call('POST', '/volumes/create', { Name: name, Labels: labelsOf(this.#options.id) });
  }

  /** Where a container's metrics can be read from here; undefined for a module that serves none. */
  async metricsUrlOf(spec: ModuleSpec, container: string): Promise<string | undefined> {
    const { client, network } = this.#options;
    const port = this.#metricsPorts.get(spec.name);
    if (port === undefined || network.kind === 'host')
      return port === undefined ? undefined : `http://127.0.0.1:${port}/metrics`;
    const { Ports } = published.parse(await client.call('GET', `/containers/${container}/json`)).NetworkSettings;
    const place = Ports[`${port}/tcp`]?.[0];
    return place === undefined ? undefined : `http://127.0.0.1:${place.HostPort}/metrics`;
  }

  /** They have been removed. */
  forget(): void {
    this.#created.clear();
  }

  async #context(spec: ModuleSpec, lowLimits: boolean): Promise<ContainerContext> {
    const { id, run, network, hostPath, given, withheld } = this.#options;
    const { name } = spec;
    const wanted = metricsPortOf(spec);
    if (wanted !== undefined) {
      const port = network.kind === 'host' ? await freePort(this.#metricsPorts.get(name)) : wanted;
      this.#metricsPorts.set(name, port);
    }
    return {
      id,
      run,
      image: this.imageOf(spec),
      imageCommand: await this.imageCommand(spec),
      injected: this.#options.moduleEnvironment(name),
      network,
      metricsPort: this.#metricsPorts.get(name),
      hostPath,
      volumeName: (volume) => this.volumeName(volume),
      given,
      withheld,
      mounts: this.#options.mounts(name),
      lowLimits,
    };
  }
}

/** Undefined where there is no such thing (any more). */
function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof DockerError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  });
}
