import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { ModuleSpec } from '@companion/deployment';
import { AgentError } from '../engine/agent-error.ts';
import type { Engine, ModuleRun } from '../engine/engine.ts';
import { freePort } from '../engine/free-port.ts';
import { Watchdog } from '../engine/watchdog.ts';
import { agentFolders, type AgentFolders } from './agent-folders.ts';
import { mappingsOf, planLaunch, servesMetrics, type LaunchContext } from './launch.ts';
import { startModuleProcess } from './module-process.ts';
import { mapPaths } from './path-mapping.ts';
import { openShellSafeRoot, type ShellSafeRoot } from './shell-safe-root.ts';
import { writeShims } from './shims.ts';

/** What modules need to run as processes. */
export interface ProcessEngineOptions {
  /** Where everything lies that would lie on the device: made if need be. See `agentFolders`. */
  readonly root: string;
  /** The variables that edgeAgent injects into a module, IOTEDGE_* as a rule; asked before each start. */
  readonly moduleEnvironment: (module: string) => Readonly<Record<string, string>>;
  /** From a program's name (`deepstream-test5-app`) to what runs in its place: absolute paths, no shell. */
  readonly standIns: Readonly<Record<string, readonly string[]>>;
  /** Variables that modules may share with this process: TZ, LANG, LC_ALL and TMPDIR are taken from it and nothing else. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** What a process has in a container without its image's ENV. */
const containerPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const sharedVariables = ['TZ', 'LANG', 'LC_ALL', 'TMPDIR'];

/** Runs modules as processes of this machine. They see a clean environment and their bind mounts below `root`. */
export class ProcessEngine implements Engine {
  readonly #options: ProcessEngineOptions;
  readonly #watchdog = new Watchdog();
  /** By module: each keeps its port while it is free. */
  readonly #metricsPorts = new Map<string, number>();
  /** While it is open. */
  #root: ShellSafeRoot | undefined;

  constructor(options: ProcessEngineOptions) {
    this.#options = options;
  }

  check(spec: ModuleSpec): void {
    planLaunch(spec, this.#contextOf(spec));
    if (spec.source === undefined) return;
    const main = join(spec.source.dir, 'src', 'main.ts');
    if (!existsSync(main)) throw new AgentError('SOURCE_MISSING', spec.name, `there is no ${main}`);
  }

  async open(): Promise<void> {
    this.#root ??= openShellSafeRoot(this.#options.root);
    await writeShims(this.#folders().bin, this.#options.standIns);
    this.#watchdog.start();
  }

  async run(spec: ModuleSpec, onLine: (line: string) => void): Promise<ModuleRun> {
    const { name } = spec;
    // All modules would have :9600 in their containers; here each gets a port of its own.
    if (servesMetrics(spec)) this.#metricsPorts.set(name, await freePort(this.#metricsPorts.get(name)));
    const started = await startModuleProcess(planLaunch(spec, this.#contextOf(spec)), this.#watchdog, onLine);
    const port = this.#metricsPorts.get(name);
    return {
      ...started,
      label: `process ${started.pid ?? '?'}`,
      metricsUrl: port === undefined ? undefined : `http://127.0.0.1:${port}/metrics`,
      notes: [],
    };
  }

  volumePath(source: string): string {
    const { hostPath, volumes } = this.#folders();
    return source.startsWith('/') ? hostPath(source) : join(volumes, source);
  }

  async readFile(spec: ModuleSpec, path: string): Promise<Buffer> {
    return readFile(mapPaths(path, mappingsOf(spec, this.#folders())));
  }

  async close(): Promise<void> {
    await this.#watchdog.stop();
    this.#root?.remove();
    this.#root = undefined;
  }

  #folders(): AgentFolders {
    return agentFolders(this.#root?.path ?? this.#options.root);
  }

  #contextOf({ name }: ModuleSpec): LaunchContext {
    const { standIns, moduleEnvironment, environment = {} } = this.#options;
    return {
      folders: this.#folders(),
      standIns: new Set(Object.keys(standIns)),
      runTypeScript: [process.execPath, '--import', tsxUrl()],
      injected: moduleEnvironment(name),
      base: { PATH: containerPath, ...shared(environment) },
      metricsPort: this.#metricsPorts.get(name),
    };
  }
}

function shared(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    sharedVariables.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
  );
}

/** tsx as `node --import` takes it, whatever folder the module's process starts in. */
function tsxUrl(): string {
  return pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
}
