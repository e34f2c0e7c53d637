import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { redactSecrets } from '@companion/foundation';
import { systemClock } from '@companion/foundation/node';
import { AzureHub } from '../azure/azure-hub.ts';
import { settleWithin } from '../hub/deadline.ts';
import { Health } from '../telemetry/health.ts';
import type { Hub } from '../hub/hub.ts';
import { createLog, type Log } from '../telemetry/log.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { parseModuleEnvironment, type ModuleEnvironment } from './module-environment.ts';
import { ObservabilityServer } from '../telemetry/observability-server.ts';

/** What a module is made of. */
export interface ModuleContext {
  /** Not started yet: add handlers; `runModule` starts it as soon as the module has started. */
  readonly hub: Hub;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Has a check `hub` already. */
  readonly health: Health;
  readonly environment: ModuleEnvironment;
}

/** A module that has started. */
export interface RunningModule {
  /** Leaves in order; the hub still stands. Has to be done in some seconds. */
  stop(): Promise<void>;
}

/** A module, as `runModule` takes it. */
export interface ModuleDefinition {
  /** Names log lines and, as a prefix, metrics. */
  readonly name: string;
  readonly start: (context: ModuleContext) => Promise<RunningModule> | RunningModule;
  /** How long the end may take before it is forced; default 9000. */
  readonly stopWithinMs?: number;
}

/** From the first signal to the end of the process; Docker kills after 10 s. */
const defaultStopWithinMs = 9000;

/**
 * The life of a module process: environment, log, metrics and health server, hub; the module; and an end in order.
 *
 * SIGTERM or SIGINT stops the module, then the hub, then the server, and exits 0; when that takes too long it names
 * what hangs and exits 1; a second signal exits at once. A wrong environment, a port in use or an identity that the hub refuses is one line and
 * exit 1. An exception that nobody caught, or a rejection, is logged with its stack and exits 1.
 */
export async function runModule(module: ModuleDefinition): Promise<void> {
  await new ModuleLife(module, readEnvironment(module.name)).run();
}

class ModuleLife {
  readonly #module: ModuleDefinition;
  readonly #environment: ModuleEnvironment;
  readonly #log: Log;
  /** What has started, in order; it stops in the reverse one. */
  readonly #started: { readonly name: string; readonly stop: () => Promise<void> }[] = [];
  /** Set with the first reason to end. */
  #ending = false;

  constructor(module: ModuleDefinition, environment: ModuleEnvironment) {
    this.#module = module;
    this.#environment = environment;
    this.#log = createLog({ module: module.name, level: environment.logLevel });
  }

  async run(): Promise<void> {
    process.on('uncaughtException', (error, origin) => {
      this.#log.fatal({ err: error, origin }, 'nobody caught this; ending');
      process.exit(1);
    });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.#interrupt(signal));
    try {
      await this.#start();
    } catch (error) {
      if (this.#ending) return;
      if (hasCode(error)) this.#log.fatal({ code: error.code, facts: error.facts }, error.message);
      else this.#log.fatal({ err: error }, 'start failed');
      await this.#end('start failed', 1);
    }
  }

  async #start(): Promise<void> {
    const { iothub, device, module, metricsHost: host, metricsPort: port } = this.#environment;
    const log = this.#log;
    const identity = { prefix: this.#module.name, module, iothub, device, instance: randomUUID() };
    const metrics = new Metrics(identity, { processMetrics: true });
    const health = new Health();
    const server = new ObservabilityServer({ metrics, health, port, host });
    this.#started.push({ name: 'metrics server', stop: () => server.stop() });
    log.info({ port: await server.start(), host }, 'metrics and health listening');

    const hub = new AzureHub({ log, metrics });
    this.#started.push({ name: 'hub', stop: () => hub.stop() });
    health.add('hub', () => ({ ok: hub.connection === 'connected', detail: hub.connection }));

    const running = await this.#module.start({ hub, log, metrics, health, environment: this.#environment });
    this.#started.push({ name: 'module', stop: () => running.stop() });
    await hub.start();
  }

  #interrupt(signal: NodeJS.Signals): void {
    if (this.#ending) {
      this.#log.warn({ signal }, 'second signal; ending at once');
      process.exit(1);
    }
    void this.#end(signal, 0);
  }

  async #end(reason: string, code: number): Promise<never> {
    const { stopWithinMs = defaultStopWithinMs } = this.#module;
    this.#ending = true;
    this.#log.info({ reason }, 'stopping');
    let hung = 'nothing';
    let worst = code;
    const stopAll = async (): Promise<void> => {
      for (const { name, stop } of this.#started.toReversed()) {
        hung = name;
        await stop().catch((error: unknown) => {
          this.#log.error({ what: name, err: error }, 'stop failed');
          worst = 1;
        });
      }
    };
    const outcome = await settleWithin(systemClock, stopWithinMs, stopAll());
    if (outcome.state === 'late') {
      this.#log.error({ hung, afterMs: stopWithinMs }, `${hung} does not stop; ending without it`);
      process.exit(1);
    }
    this.#log.info('stopped');
    // The SDK may have left a timer or socket; nothing of ours waits any more.
    process.exit(worst);
  }
}

/** There is no log yet, and there may be none ever: one plain line on stderr. */
function readEnvironment(name: string): ModuleEnvironment {
  try {
    return parseModuleEnvironment(process.env);
  } catch (error) {
    process.stderr.write(`${name}: ${redactSecrets(error instanceof Error ? error.message : String(error))}\n`);
    process.exit(1);
  }
}

/** Errors with a code of ours say in their message all that a person needs; the others need their stack. */
function hasCode(error: unknown): error is Error & { readonly code: string; readonly facts: unknown } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'facts' in error;
}
