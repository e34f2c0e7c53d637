import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { ModuleSpec } from '@companion/deployment';
import { mapPaths } from './path-mapping.ts';
import { AgentError } from '../engine/agent-error.ts';
import type { Engine } from '../engine/engine.ts';
import { freePort } from '../engine/free-port.ts';
import { agentFolders } from './agent-folders.ts';
import { mappingsOf, planLaunch, servesMetrics } from './launch.ts';
import type { LaunchContext } from './launch.ts';
import { startModuleProcess } from './module-process.ts';
import { openShellSafeRoot } from './shell-safe-root.ts';
import type { ShellSafeRoot } from './shell-safe-root.ts';
import { writeShims } from './shims.ts';
import { createWatchdog } from '../engine/watchdog.ts';

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
export function createProcessEngine(options: ProcessEngineOptions): Engine {
  const watchdog = createWatchdog();
  const metricsPorts = new Map<string, number>();
  let root: ShellSafeRoot | undefined;
  const folders = () => agentFolders(root?.path ?? options.root);

  function contextOf(spec: ModuleSpec): LaunchContext {
    return {
      folders: folders(),
      standIns: new Set(Object.keys(options.standIns)),
      runTypeScript: [process.execPath, '--import', tsxUrl()],
      injected: options.moduleEnvironment(spec.name),
      base: { PATH: containerPath, ...shared(options.environment ?? {}) },
      metricsPort: metricsPorts.get(spec.name),
    };
  }

  return {
    check(spec) {
      planLaunch(spec, contextOf(spec));
      if (spec.source === undefined) return;
      const main = join(spec.source.dir, 'src', 'main.ts');
      if (!existsSync(main)) throw new AgentError('SOURCE_MISSING', spec.name, `there is no ${main}`);
    },
    open() {
      root ??= openShellSafeRoot(options.root);
      writeShims(folders().bin, options.standIns);
      watchdog.start();
    },
    async run(spec, onLine) {
      const { name } = spec;
      // All modules would have :9600 in their containers; here each gets a port of its own and keeps it while it is free.
      if (servesMetrics(spec)) metricsPorts.set(name, await freePort(metricsPorts.get(name)));
      const started = await startModuleProcess(planLaunch(spec, contextOf(spec)), watchdog, onLine);
      const port = metricsPorts.get(name);
      return {
        ...started,
        label: `process ${started.pid ?? '?'}`,
        metricsUrl: port === undefined ? undefined : `http://127.0.0.1:${port}/metrics`,
      };
    },
    volumePath: (source) => (source.startsWith('/') ? folders().hostPath(source) : join(folders().volumes, source)),
    readFile: async (spec, path) => readFile(mapPaths(path, mappingsOf(spec, folders()))),
    async close() {
      await watchdog.stop();
      root?.remove();
      root = undefined;
    },
  };
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
