import type { Logger } from 'pino';

import type { Deployment, ModuleSpec } from '@companion/deployment';
import type { Clock } from '@companion/foundation';
import { backgroundClock } from '@companion/foundation/node';
import { EventSource } from '../events/event-source.ts';
import type { AgentEvent, OutputLine } from './agent-event.ts';
import { AgentError } from './engine/agent-error.ts';
import type { Engine } from './engine/engine.ts';
import { ModuleRunner, type ModuleInfo } from './module-runner.ts';
import { edgeAgentBackoffUnitMs } from './restart-policy.ts';

/** What the agent needs. */
export interface AgentOptions {
  readonly deployment: Pick<Deployment, 'modules'>;
  /** Where the modules run; the agent opens and closes it. */
  readonly engine: Engine;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** The machine's own unless given. Waiting does not keep the process alive: the modules' processes do. */
  readonly clock?: Clock;
  /** edgeAgent's is 10 s; a smaller unit shortens back-off and healthy time alike. */
  readonly backoffUnitMs?: number;
  /** How long a module has to end after SIGTERM: 10 s as in Docker. */
  readonly stopGraceMs?: number;
  /** How many lines of a module's output are kept. */
  readonly keptLines?: number;
}

/** edgeAgent's stand-in: keeps a deployment's modules running, on an engine of processes or of containers. */
export class Agent implements AsyncDisposable {
  /** What happens to the modules. */
  readonly events = new EventSource<AgentEvent>();
  /** Each line that a module writes to stdout or stderr. */
  readonly lines = new EventSource<OutputLine>();
  readonly #engine: Engine;
  /** In the order in which they start. */
  readonly #ordered: readonly ModuleSpec[];
  readonly #runners: ReadonlyMap<string, ModuleRunner>;
  /** Counts calls of start and stop, so that a start still under way sees that it has been overtaken. */
  #turn = 0;
  #starting: Promise<void> = Promise.resolve();

  constructor(options: AgentOptions) {
    const { deployment, engine, log, clock = backgroundClock } = options;
    const { backoffUnitMs = edgeAgentBackoffUnitMs, stopGraceMs = 10_000, keptLines = 200 } = options;
    this.#engine = engine;
    this.#ordered = [...deployment.modules].sort((one, other) => one.startupOrder - other.startupOrder);
    const { events, lines } = this;
    this.#runners = new Map(
      this.#ordered.map((spec) => [
        spec.name,
        new ModuleRunner({ spec, engine, backoffUnitMs, clock, log, stopGraceMs, keptLines, events, lines }),
      ]),
    );
  }

  /** Starts the modules by startupOrder, each when the one before has been started. Throws an `AgentError` before the first if one can't be run. */
  start(): Promise<void> {
    this.#turn += 1;
    this.#starting = this.#startAll(this.#turn);
    return this.#starting;
  }

  /** Ends the modules in reverse order; afterwards nothing runs. May be called twice. */
  async stop(): Promise<void> {
    this.#turn += 1;
    // What is being opened has to be open before it can be closed.
    await this.#starting.catch(() => undefined);
    for (const runner of [...this.#runners.values()].reverse()) await runner.stop();
    await this.#engine.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Restarts one module as `iotedge restart` does. Throws an `AgentError` for a name that is no module. */
  async restart(module: string): Promise<void> {
    await this.#runner(module).restart();
  }

  /** In the order in which they start. */
  modules(): readonly ModuleInfo[] {
    return [...this.#runners.values()].map((runner) => runner.info());
  }

  /** The last lines a module wrote, oldest first. */
  output(module: string): readonly string[] {
    return this.#runner(module).output();
  }

  async #startAll(mine: number): Promise<void> {
    const toRun = this.#ordered.filter(({ status }) => status === 'running');
    for (const spec of toRun) await this.#engine.check(spec);
    if (this.#turn !== mine) return;
    await this.#engine.open();
    for (const { name } of toRun) {
      if (this.#turn !== mine) return;
      await this.#runner(name).start();
    }
  }

  #runner(name: string): ModuleRunner {
    const runner = this.#runners.get(name);
    if (runner === undefined) throw new AgentError('MODULE_UNKNOWN', name, 'the deployment has no such module');
    return runner;
  }
}
