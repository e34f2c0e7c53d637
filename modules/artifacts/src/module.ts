import { Reporter, type DesiredDocument, type Health, type Hub, type Log, type Metrics } from '@companion/edge';
import type { JsonObject } from '@companion/foundation';
import { systemClock as wallClock } from '@companion/foundation/node';
import { systemClock } from './core/clock.ts';
import { measureDownloads } from './report/download-metrics.ts';
import { asArtifactError } from './core/failure.ts';
import { addMethods } from './report/direct-methods.ts';
import { createReconciler, type Reconciler } from './reconcile/reconciler.ts';
import { reportedProperties, reportedVolume, transitionKey } from './report/reported-properties.ts';
import type { Settings } from './settings.ts';
import { installSupervisor } from './activation/activators/supervisor-script.ts';
import { createVolumeKeeper } from './volume/keeper.ts';

/** The artifacts module, wired. */
export interface ArtifactsModule {
  /** Stops at a point from which the next start goes on. */
  stop(): Promise<void>;
}

interface ArtifactsModuleOptions {
  readonly hub: Hub;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly settings: Settings;
  /** Path of supervisor.sh as this module carries it. */
  readonly supervisorScript: string;
}

/** Messages here prove that DeepStream's output gets through: a route from the filter's snapshots. */
const healthInput = 'health';
/** How often what could not be reported, and mere progress, get their turn. */
const reportTickMs = 1_000;
/** At the end a last report may wait this long for its connection. */
const reportWithinMs = 2_000;

/**
 * Starts the module: desired documents go into the reconciler, its state goes into the twin and the metrics. A volume that
 * another writer has, or that can't be written, is waited for: the module says so, and the newest document waits too.
 */
export async function startArtifactsModule(options: ArtifactsModuleOptions): Promise<ArtifactsModule> {
  const { hub, log, metrics, health, settings, supervisorScript } = options;
  const measure = measureDownloads(metrics);
  let lastKey = '';
  let waiting: DesiredDocument | undefined;
  let started = false;

  const keeper = createVolumeKeeper({
    root: settings.root,
    role: 'the artifacts module',
    clock: systemClock,
    log,
    async onOpen(layout) {
      await installSupervisor(layout, supervisorScript).catch((error: unknown) => {
        const { code, message } = asArtifactError(error);
        // Room comes from old releases, and they go only once the module works.
        if (code !== 'DISK_FULL') throw error;
        log.error({ code }, `supervisor.sh could not be written, the next start tries again: ${message}`);
      });
      await reconciler.start();
      started = true;
      if (waiting !== undefined) reconciler.submit(waiting);
    },
    onWritable: () => void reconciler.refresh(),
    onState: () => reporter.changed(),
  });
  const reconciler: Reconciler = createReconciler({
    layout: keeper.layout,
    clock: systemClock,
    downloads: settings.downloads,
    log,
    onState: (state) => {
      measure(state);
      const key = transitionKey(state);
      if (key !== lastKey) reporter.changed();
      lastKey = key;
    },
  });
  const wanted = (): JsonObject => ({ ...reportedProperties(reconciler.state), volume: reportedVolume(keeper.state) });
  const reporter = new Reporter({ hub, clock: wallClock, log, wanted });
  await keeper.start();

  const obstacle = () => ('error' in keeper.state ? keeper.state.error : undefined);
  addMethods(hub, { reconciler, obstacle, status: wanted });
  const offCheck = health.add('volume', () => {
    const error = obstacle();
    return error === undefined ? { ok: true } : { ok: false, detail: error.message };
  });
  const offHealth = hub.onInput(healthInput, () => reconciler.releases.messageSeen());
  const ticking = setInterval(() => reporter.tick(), reportTickMs);
  const offDesired = hub.onDesired((document) => {
    if (started) reconciler.submit(document);
    else waiting = document;
  });
  const offConnection = hub.onConnection((state) => {
    if (state === 'connected') reporter.changed();
  });

  return {
    async stop() {
      offCheck();
      offHealth();
      offDesired();
      offConnection();
      clearInterval(ticking);
      await keeper.halt();
      await reconciler.stop();
      await reporter.settle(reportWithinMs);
      await keeper.release();
    },
  };
}
