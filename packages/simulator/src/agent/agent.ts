import type { Logger } from 'pino';

import type { Deployment, ModuleSpec } from '@companion/deployment';
import { edgeAgentBackoffUnitMs } from './restart-policy.ts';
import { systemClock } from './agent-clock.ts';
import type { AgentClock } from './agent-clock.ts';
import { AgentError } from './engine/agent-error.ts';
import type { AgentEvent } from './agent-event.ts';
import type { Engine } from './engine/engine.ts';
import { createModuleRunner } from './module-runner.ts';
import type { ModuleInfo, ModuleRunner } from './module-runner.ts';

/** What the agent needs. */
export interface AgentOptions {
  readonly deployment: Pick<Deployment, 'modules'>;
  /** Where the modules run; the agent opens and closes it. */
  readonly engine: Engine;
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
}

/** edgeAgent's stand-in: keeps the deployment's modules running. */
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

/** Runs a deployment as edgeAgent would, on an engine of processes or of containers. */
export function createAgent(options: AgentOptions): Agent {
  const { deployment, engine, log, clock = systemClock() } = options;
  const listeners = new Set<(event: AgentEvent) => void>();
  /** Counts calls of start and stop, so that a start still under way sees that it has been overtaken. */
  let turn = 0;
  const ordered = [...deployment.modules].sort((one, other) => one.startupOrder - other.startupOrder);
  const runners = new Map(ordered.map((spec) => [spec.name, runnerOf(spec)]));
  let starting: Promise<void> = Promise.resolve();

  function runnerOf(spec: ModuleSpec): ModuleRunner {
    return createModuleRunner({
      spec,
      rule: { policy: spec.restartPolicy, backoffUnitMs: options.backoffUnitMs ?? edgeAgentBackoffUnitMs },
      clock,
      log,
      stopGraceMs: options.stopGraceMs ?? 10_000,
      keptLines: options.keptLines ?? 200,
      run: (onLine) => engine.run(spec, onLine),
      onOutput: (line) => options.onOutput?.(spec.name, line),
      onEvent: (event) => listeners.forEach((listener) => listener(event)),
    });
  }
  function find(name: string): ModuleRunner {
    const runner = runners.get(name);
    if (runner === undefined) throw new AgentError('MODULE_UNKNOWN', name, 'the deployment has no such module');
    return runner;
  }
  async function startAll(mine: number): Promise<void> {
    const toRun = ordered.filter(({ status }) => status === 'running');
    for (const spec of toRun) await engine.check(spec);
    if (turn !== mine) return;
    await engine.open();
    for (const { name } of toRun) {
      if (turn !== mine) return;
      await find(name).start();
    }
  }
  async function stop(): Promise<void> {
    turn += 1;
    // What is being opened has to be open before it can be closed.
    await starting.catch(() => undefined);
    for (const runner of [...runners.values()].reverse()) await runner.stop();
    await engine.close();
  }

  return {
    start() {
      turn += 1;
      starting = startAll(turn);
      return starting;
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
