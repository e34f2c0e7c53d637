import { createReporter, systemClock as wallClock, type Hub, type Log, type Metrics } from '@companion/edge';
import { systemClock } from './clock.ts';
import { measureDownloads } from './download-metrics.ts';
import { addMethods } from './methods/methods.ts';
import { createReconciler } from './reconciler.ts';
import { reportedProperties, transitionKey } from './report.ts';
import type { Settings } from './settings.ts';
import { installSupervisor } from './supervisor-script.ts';
import { openVolume } from './volume/volume.ts';

/** The artifacts module, wired. */
export interface ArtifactsModule {
  /** Stops at a point from which the next start goes on. */
  stop(): Promise<void>;
}

interface ArtifactsModuleOptions {
  readonly hub: Hub;
  readonly log: Log;
  readonly metrics: Metrics;
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

/** Starts the module: desired documents go into the reconciler, its state goes into the twin and the metrics. Rejects with `VOLUME_UNWRITABLE`. */
export async function startArtifactsModule(options: ArtifactsModuleOptions): Promise<ArtifactsModule> {
  const { hub, log, metrics, settings, supervisorScript } = options;
  const layout = await openVolume(settings.root);
  await installSupervisor(layout, supervisorScript);
  log.info({ root: layout.root }, 'volume ready');

  const measure = measureDownloads(metrics);
  let lastKey = '';
  const reconciler = createReconciler({
    layout,
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
  const reporter = createReporter({ hub, clock: wallClock, log, wanted: () => reportedProperties(reconciler.state) });
  await reconciler.start();
  addMethods(hub, reconciler);
  const offHealth = hub.onInput(healthInput, () => reconciler.releases.messageSeen());
  const ticking = setInterval(() => reporter.tick(), reportTickMs);
  const offDesired = hub.onDesired((document) => reconciler.submit(document));
  const offConnection = hub.onConnection((state) => {
    if (state === 'connected') reporter.changed();
  });

  return {
    async stop() {
      offHealth();
      offDesired();
      offConnection();
      clearInterval(ticking);
      await reconciler.stop();
      await reporter.settle(reportWithinMs);
    },
  };
}
