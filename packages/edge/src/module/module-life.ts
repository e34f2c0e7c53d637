import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { redactSecrets } from '@companion/foundation';
import { systemClock } from '@companion/foundation/node';
import { createAzureHub } from '../azure/azure-hub.ts';
import { settleWithin } from '../hub/deadline.ts';
import { createHealth, type Health } from '../telemetry/health.ts';
import type { Hub } from '../hub/hub.ts';
import { createLog, type Log } from '../telemetry/log.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { parseModuleEnvironment, type ModuleEnvironment } from './module-environment.ts';
import { createObservabilityServer } from '../telemetry/observability-server.ts';

/** What a module is made of. */
export interface ModuleContext {
  /** Not started yet: add handlers, `runModule` starts it as soon as the module has. */
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

/** From the first signal to the end of the process; Docker kills after 10 s. */
const defaultStopWithinMs = 9000;

/**
 * The life of a module process: environment, log, metrics and health server, hub; the module; and an end in order.
 *
 * SIGTERM or SIGINT stops the module, then the hub, then the server, and exits 0; when that takes too long it names
 * what hangs and exits 1; a second signal exits at once. A wrong environment, a port in use or an identity that the hub refuses is one line and
 * exit 1. An exception that nobody caught, or a rejection, is logged with its stack and exits 1.
 */
export async function runModule(module: {
  /** Names log lines and, as a prefix, metrics. */
  readonly name: string;
  readonly start: (context: ModuleContext) => Promise<RunningModule> | RunningModule;
  /** How long the end may take before it is forced; default 9000. */
  readonly stopWithinMs?: number;
}): Promise<void> {
  const { stopWithinMs = defaultStopWithinMs } = module;
  const environment = readEnvironment(module.name);
  const log = createLog({ module: module.name, level: environment.logLevel });
  const stops: { readonly name: string; readonly stop: () => Promise<void> }[] = [];
  let ending: string | undefined;

  const isEnding = (): boolean => ending !== undefined;

  process.on('uncaughtException', (error, origin) => {
    log.fatal({ err: error, origin }, 'nobody caught this; ending');
    process.exit(1);
  });

  async function end(reason: string, code: number): Promise<never> {
    ending = reason;
    log.info({ reason }, 'stopping');
    let hung = 'nothing';
    let worst = code;
    const all = (async () => {
      for (const { name, stop } of stops.toReversed()) {
        hung = name;
        await stop().catch((error: unknown) => {
          log.error({ what: name, err: error }, 'stop failed');
          worst = 1;
        });
      }
    })();
    const outcome = await settleWithin(systemClock, stopWithinMs, all);
    if (outcome.state === 'late') {
      log.error({ hung, afterMs: stopWithinMs }, `${hung} does not stop; ending without it`);
      process.exit(1);
    }
    log.info('stopped');
    // The SDK may have left a timer or socket; nothing of ours waits any more.
    process.exit(worst);
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isEnding()) {
        log.warn({ signal }, 'second signal; ending at once');
        process.exit(1);
      }
      void end(signal, 0);
    });
  }

  try {
    await start();
  } catch (error) {
    if (isEnding()) return;
    if (hasCode(error)) log.fatal({ code: error.code, facts: error.facts }, error.message);
    else log.fatal({ err: error }, 'start failed');
    await end('start failed', 1);
  }

  async function start(): Promise<void> {
    const { iothub, device, metricsHost, metricsPort } = environment;
    const identity = { prefix: module.name, module: environment.module, iothub, device, instance: randomUUID() };
    const metrics = createMetrics(identity, { processMetrics: true });
    const health = createHealth();
    const server = createObservabilityServer({ metrics, health, port: metricsPort, host: metricsHost });
    stops.push({ name: 'metrics server', stop: () => server.stop() });
    log.info({ port: await server.start(), host: metricsHost }, 'metrics and health listening');

    const hub = createAzureHub({ log, metrics });
    stops.push({ name: 'hub', stop: () => hub.stop() });
    health.add('hub', () => ({ ok: hub.connection === 'connected', detail: hub.connection }));

    const running = await module.start({ hub, log, metrics, health, environment });
    stops.push({ name: 'module', stop: () => running.stop() });
    await hub.start();
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
