import { Reporter, type DesiredDocument, type Health, type Hub, type Log, type Metrics } from '@companion/edge';
import type { JsonObject } from '@companion/foundation';
import { systemClock } from '@companion/foundation/node';
import { installSupervisor } from './activation/activators/supervisor-script.ts';
import { asArtifactError } from './core/artifact-error.ts';
import type { ShownError } from './core/shown-error.ts';
import type { ModuleState } from './reconcile/module-state.ts';
import { Reconciler } from './reconcile/reconciler.ts';
import { addMethods } from './report/direct-methods.ts';
import { DownloadMetrics } from './report/download-metrics.ts';
import { reportOf, transitionKey } from './report/reported-properties.ts';
import type { Settings } from './settings.ts';
import { VolumeKeeper, type VolumeState } from './volume/keeper.ts';
import { Undeletable } from './volume/undeletable.ts';

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
 * The artifacts module, wired: desired documents go into the reconciler, its state goes into the twin and the metrics. A
 * volume that another writer has, or that can't be written, is waited for: the module says so, and the newest document
 * waits too.
 */
export class ArtifactsModule {
  readonly #options: ArtifactsModuleOptions;
  readonly #keeper: VolumeKeeper;
  readonly #reconciler: Reconciler;
  readonly #reporter: Reporter;
  readonly #metrics: DownloadMetrics;
  /** Undo what `start` did. */
  readonly #offs: (() => void)[] = [];
  /** Of the state as it was last reported. */
  #lastKey = '';
  /** Whether the volume was ready once: until then documents wait. */
  #ready = false;
  /** The newest document while the volume is not ready. */
  #waiting: DesiredDocument | undefined;

  constructor(options: ArtifactsModuleOptions) {
    const { hub, log, metrics, settings } = options;
    const undeletable = new Undeletable(settings.root);
    this.#options = options;
    this.#metrics = new DownloadMetrics(metrics);
    this.#keeper = new VolumeKeeper({
      root: settings.root,
      role: 'the artifacts module',
      undeletable,
      clock: systemClock,
      log,
      prepare: () => this.#prepare(),
      onState: (state) => this.#takeVolume(state),
    });
    this.#reconciler = new Reconciler({
      layout: this.#keeper.layout,
      undeletable,
      clock: systemClock,
      random: Math.random,
      downloads: settings.downloads,
      log,
      onState: (state) => this.#takeState(state),
    });
    this.#reporter = new Reporter({ hub, clock: systemClock, log, wanted: () => this.#wanted() });
  }

  async start(): Promise<void> {
    const { hub, health } = this.#options;
    await this.#keeper.start();
    const obstacle = (): ShownError | undefined => this.#obstacle();
    addMethods(hub, { reconciler: this.#reconciler, obstacle, status: () => this.#wanted() });
    const ticking = setInterval(() => this.#reporter.tick(), reportTickMs);
    this.#offs.push(
      health.add('volume', () => {
        const error = this.#obstacle();
        return error === undefined ? { ok: true } : { ok: false, detail: error.message };
      }),
      hub.onInput(healthInput, () => this.#reconciler.releases.messageSeen()),
      hub.onDesired((document) => this.#submit(document)),
      hub.onConnection((state) => {
        if (state === 'connected') this.#reporter.changed();
      }),
      () => clearInterval(ticking),
    );
  }

  /** Stops at a point from which the next start goes on. */
  async stop(): Promise<void> {
    for (const off of this.#offs) off();
    await this.#keeper.halt();
    await this.#reconciler.stop();
    await this.#reporter.settle(reportWithinMs);
    await this.#keeper.release();
  }

  /** What opening the volume takes beside its directories. */
  async #prepare(): Promise<void> {
    const { log, supervisorScript } = this.#options;
    try {
      await installSupervisor(this.#keeper.layout, supervisorScript);
    } catch (error) {
      const { code, message } = asArtifactError(error);
      // Room comes from old releases, and they go only once the module works.
      if (code !== 'DISK_FULL') throw error;
      log.error({ code }, `supervisor.sh could not be written, the next start tries again: ${message}`);
    }
    await this.#reconciler.start();
  }

  #submit(document: DesiredDocument): void {
    if (this.#ready) this.#reconciler.submit(document);
    else this.#waiting = document;
  }

  #takeVolume({ state }: VolumeState): void {
    this.#reporter.changed();
    if (state !== 'ready') return;
    const first = !this.#ready;
    this.#ready = true;
    if (this.#waiting !== undefined) this.#reconciler.submit(this.#waiting);
    // What could not be written meanwhile can be written again.
    else if (!first) this.#reconciler.refresh();
    this.#waiting = undefined;
  }

  #takeState(state: ModuleState): void {
    this.#metrics.show(state);
    const key = transitionKey(state);
    if (key !== this.#lastKey) this.#reporter.changed();
    this.#lastKey = key;
  }

  #wanted(): JsonObject {
    return reportOf(this.#reconciler.state, this.#keeper.state);
  }

  #obstacle(): ShownError | undefined {
    const { state } = this.#keeper;
    return 'error' in state ? state.error : undefined;
  }
}
