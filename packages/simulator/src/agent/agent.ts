import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Logger } from 'pino';

import type { Deployment, ModuleSpec } from '@companion/deployment/rules';
import { BACKOFF_UNIT_MS } from '../rules/restart-policy.ts';
import { systemClock } from './agent-clock.ts';
import type { AgentClock } from './agent-clock.ts';
import { AgentError } from './agent-error.ts';
import type { AgentEvent } from './agent-event.ts';
import { agentFolders } from './agent-folders.ts';
import { freePort } from './free-port.ts';
import { planLaunch, servesMetrics } from './launch.ts';
import type { LaunchContext } from './launch.ts';
import { createModuleRunner } from './module-runner.ts';
import type { ModuleInfo, ModuleRunner } from './module-runner.ts';
import { openShellSafeRoot } from './shell-safe-root.ts';
import type { ShellSafeRoot } from './shell-safe-root.ts';
import { writeShims } from './shims.ts';
import { createWatchdog } from './watchdog.ts';

/** What the agent needs. */
export interface AgentOptions {
  readonly deployment: Deployment;
  /** Where everything lies that would lie on the device: made if need be. See `agentFolders`. */
  readonly root: string;
  /** The variables that edgeAgent injects into a module, IOTEDGE_* as a rule; asked before each start. */
  readonly moduleEnvironment: (module: string) => Readonly<Record<string, string>>;
  /** From a program's name (`deepstream-test5-app`) to what runs in its place: absolute paths, no shell. */
  readonly standIns: Readonly<Record<string, readonly string[]>>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly clock?: AgentClock;
  /** edgeAgent's is 10 s; a smaller unit shortens back-off and healthy time alike. */
  readonly backoffUnitMs?: number;
  /** How long a module has to end after SIGTERM: 10 s as in Docker. */
  readonly stopGraceMs?: number;
  /** How many lines of a module's output are kept. */
  readonly keptLines?: number;
  /** Called with each line that a module writes to stdout or stderr. */
  readonly onOutput?: (module: string, line: string) => void;
  /** Variables that modules may share with this process: TZ, LANG, LC_ALL and TMPDIR are taken from it and nothing else. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** edgeAgent's stand-in: the deployment's modules as processes. */
export interface Agent extends AsyncDisposable {
  /** Starts the modules by startupOrder, each when the one before has been started. Throws an `AgentError` before the first if one can't be run. */
  start(): Promise<void>;
  /** Ends the modules in reverse order; afterwards nothing runs. May be called twice. */
  stop(): Promise<void>;
  /** Restarts one module as `iotedge restart` does. Throws an `AgentError` for a name that is no module. */
  restart(module: string): Promise<void>;
  /** In the order in which they start. */
  modules(): readonly ModuleInfo[];
  /** The last lines a module wrote, oldest first. */
  output(module: string): readonly string[];
  onEvent(listener: (event: AgentEvent) => void): () => void;
}

/** What a process has in a container without its image's ENV. */
const CONTAINER_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const SHARED = ['TZ', 'LANG', 'LC_ALL', 'TMPDIR'];

/**
 * Runs a deployment as edgeAgent would, with a process where that has a container. The modules see a clean environment and
 * their bind mounts below `root`. Should this process be killed, a watchdog of its own ends them.
 */
export function createAgent(options: AgentOptions): Agent {
  const { deployment, log, clock = systemClock() } = options;
  const listeners = new Set<(event: AgentEvent) => void>();
  const watchdog = createWatchdog();
  let root: ShellSafeRoot | undefined;
  /** Counts calls of start and stop, so that a start still under way sees that it has been overtaken. */
  let turn = 0;
  const ordered = [...deployment.modules].sort((one, other) => one.startupOrder - other.startupOrder);
  const runners = new Map(ordered.map((spec) => [spec.name, runnerOf(spec)]));

  function contextOf(spec: ModuleSpec, metricsPort: number | undefined): LaunchContext {
    return {
      folders: agentFolders(root?.path ?? options.root),
      standIns: new Set(Object.keys(options.standIns)),
      runTypeScript: [process.execPath, '--import', tsxUrl()],
      injected: options.moduleEnvironment(spec.name),
      base: { PATH: CONTAINER_PATH, ...shared(options.environment ?? {}) },
      metricsPort,
    };
  }
  function runnerOf(spec: ModuleSpec): ModuleRunner {
    let metricsPort: number | undefined;
    return createModuleRunner({
      spec,
      rule: { policy: spec.restartPolicy, backoffUnitMs: options.backoffUnitMs ?? BACKOFF_UNIT_MS },
      clock,
      watchdog,
      log,
      stopGraceMs: options.stopGraceMs ?? 10_000,
      keptLines: options.keptLines ?? 200,
      async plan() {
        // All modules would have :9600 in their containers; here each gets a port of its own and keeps it while it is free.
        if (servesMetrics(spec)) metricsPort = await freePort(metricsPort);
        const metricsUrl = metricsPort === undefined ? undefined : `http://127.0.0.1:${metricsPort}/metrics`;
        return { launch: planLaunch(spec, contextOf(spec, metricsPort)), metricsUrl };
      },
      onOutput: (line) => options.onOutput?.(spec.name, line),
      onEvent: (event) => listeners.forEach((listener) => listener(event)),
    });
  }
  function find(name: string): ModuleRunner {
    const runner = runners.get(name);
    if (runner === undefined) throw new AgentError('MODULE_UNKNOWN', name, 'the deployment has no such module');
    return runner;
  }
  async function stop(): Promise<void> {
    turn += 1;
    for (const runner of [...runners.values()].reverse()) await runner.stop();
    await watchdog.stop();
    root?.remove();
    root = undefined;
  }

  return {
    async start() {
      const toRun = ordered.filter(({ status }) => status === 'running');
      for (const spec of toRun) checkRunnable(spec, contextOf(spec, undefined));
      turn += 1;
      const mine = turn;
      root ??= openShellSafeRoot(options.root);
      writeShims(agentFolders(root.path).bin, options.standIns);
      watchdog.start();
      for (const { name } of toRun) {
        if (turn !== mine) return;
        await find(name).start();
      }
    },
    stop,
    restart: async (name) => find(name).restart(),
    modules: () => [...runners.values()].map((runner) => runner.info()),
    output: (name) => find(name).output(),
    onEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    [Symbol.asyncDispose]: stop,
  };
}

function checkRunnable(spec: ModuleSpec, context: LaunchContext): void {
  planLaunch(spec, context);
  if (spec.source === undefined) return;
  const main = join(spec.source.dir, 'src', 'main.ts');
  if (!existsSync(main)) throw new AgentError('SOURCE_MISSING', spec.name, `there is no ${main}`);
}

function shared(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    SHARED.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
  );
}

/** tsx as `node --import` takes it, whatever folder the module's process starts in. */
function tsxUrl(): string {
  return pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
}
