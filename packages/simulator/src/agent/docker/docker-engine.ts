import { fileURLToPath } from 'node:url';

import type { ModuleSpec } from '@companion/deployment';
import { Parser } from 'tar';
import * as z from 'zod';

import { AgentError } from '../engine/agent-error.ts';
import type { Engine, ModuleRun } from '../engine/engine.ts';
import { Watchdog } from '../engine/watchdog.ts';
import { leftOut } from './container-plan.ts';
import { runContainer } from './container-run.ts';
import { DockerError } from './docker-error.ts';
import { idOf } from './labels.ts';
import { ModuleContainers, type ModuleContainersOptions } from './module-containers.ts';
import { sweep, type SweepScope } from './sweep.ts';

/** What modules need to run in containers. */
export interface DockerEngineOptions extends ModuleContainersOptions {
  /** The path behind `client`: for the watchdog. */
  readonly socketPath: string;
  /** Whether named volumes go with the simulator. */
  readonly volumes: 'keep' | 'remove';
}

const existing = z.object({ Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }) });

/** Runs modules in containers of a Docker engine on this machine, which it finds and leaves without any of its own. */
export class DockerEngine implements Engine {
  readonly #options: DockerEngineOptions;
  readonly #containers: ModuleContainers;
  readonly #watchdog: Watchdog;
  /** What closing removes. */
  readonly #scope: ReadonlySet<SweepScope>;
  /** Notes that were given, with their modules. */
  readonly #noted = new Set<string>();
  /** Set once the engine has turned out to be one that may not raise limits. */
  #lowLimits = false;

  constructor(options: DockerEngineOptions) {
    this.#options = options;
    this.#containers = new ModuleContainers(options);
    this.#scope = new Set<SweepScope>(options.volumes === 'remove' ? ['containers', 'volumes'] : ['containers']);
    this.#watchdog = new Watchdog({
      command: [
        process.execPath,
        '--import',
        import.meta.resolve('tsx'),
        fileURLToPath(new URL('./container-watchdog.ts', import.meta.url)),
        options.socketPath,
        options.id,
        options.run,
        ...this.#scope,
        // Of the machine, which closes its network itself when it can.
        'networks' satisfies SweepScope,
      ],
    });
  }

  async check(spec: ModuleSpec): Promise<void> {
    const { client, id } = this.#options;
    const ofImage = await this.#containers.imageCommand(spec);
    const { Entrypoint = ofImage.Entrypoint, Cmd = ofImage.Cmd } = spec.createOptions;
    if (Entrypoint.length + Cmd.length === 0) {
      const reason = `neither ${this.#containers.imageOf(spec)} nor createOptions name a command`;
      throw new AgentError('NOTHING_TO_RUN', spec.name, reason);
    }
    const name = this.#containers.nameOf(spec);
    const holder = await client.call('GET', `/containers/${name}/json`).catch(() => undefined);
    if (holder !== undefined && idOf(existing.parse(holder).Config.Labels) !== id) {
      const reason = `the Docker engine has a container ${name} that is not this simulator's; remove it, or choose other names with --container-prefix`;
      throw new AgentError('NAME_TAKEN', spec.name, reason);
    }
  }

  async open(): Promise<void> {
    this.#watchdog.start();
    // Of a simulator that was killed together with its watchdog.
    await sweep(this.#options.client, this.#options.id, { graceSec: 2, scope: new Set(['containers']) });
    this.#containers.forget();
  }

  async run(spec: ModuleSpec, onLine: (line: string) => void): Promise<ModuleRun> {
    const notes = [...leftOut(spec, this.#options.withheld)];
    const { container, running, refused } = await this.#startWithLimits(spec, onLine);
    if (refused !== undefined) {
      notes.push(`started with limits of 1024 files and processes, after the engine refused: ${refused}`);
    }
    return {
      ...running,
      label: `container ${container.slice(0, 12)}`,
      metricsUrl: await this.#containers.metricsUrlOf(spec, container).catch(() => undefined),
      notes: notes.filter((text) => this.#isNew(`${spec.name} ${text}`)),
    };
  }

  async volumePath(source: string): Promise<string> {
    if (source.startsWith('/')) return this.#options.hostPath(source);
    const name = this.#containers.volumeName(source);
    await this.#containers.createVolume(name);
    const answer = await this.#options.client.call('GET', `/volumes/${name}`);
    return z.object({ Mountpoint: z.string() }).parse(answer).Mountpoint;
  }

  async readFile(spec: ModuleSpec, path: string): Promise<Buffer> {
    // Through the engine: a volume's folder on this machine is root's alone.
    const query = `path=${encodeURIComponent(path)}`;
    const name = this.#containers.nameOf(spec);
    return firstFile(await this.#options.client.open('GET', `/containers/${name}/archive?${query}`));
  }

  async close(): Promise<void> {
    await sweep(this.#options.client, this.#options.id, { graceSec: 10, scope: this.#scope });
    this.#containers.forget();
    await this.#watchdog.stop();
  }

  /** Starts a module's container; `refused` says why the engine would not with its own limits. */
  async #startWithLimits(spec: ModuleSpec, onLine: (line: string) => void) {
    const container = await this.#containers.containerOf(spec, { lowLimits: this.#lowLimits });
    const { client } = this.#options;
    try {
      return { container, running: await runContainer(client, container, onLine), refused: undefined };
    } catch (refused) {
      if (this.#lowLimits || !(refused instanceof DockerError && refused.code === 'ENGINE_REFUSED')) throw refused;
      // An engine that may not raise limits says so in words only: whether that was it, shows in the next start.
      try {
        const lower = await this.#containers.containerOf(spec, { lowLimits: true });
        const running = await runContainer(client, lower, onLine);
        this.#lowLimits = true;
        return { container: lower, running, refused: refused.message };
      } catch {
        throw refused;
      }
    }
  }

  #isNew(note: string): boolean {
    const before = this.#noted.size;
    return this.#noted.add(note).size > before;
  }
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
