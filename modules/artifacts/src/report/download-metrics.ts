import type { Metrics } from '@companion/edge';
import { releasePhase, type ModuleState } from '../reconcile/module-state.ts';

type Gauge = ReturnType<Metrics['gauge']>;

/** The downloads under way, and what became of releases, as metrics. */
export class DownloadMetrics {
  readonly #receivedBytes: Gauge;
  readonly #totalBytes: Gauge;
  readonly #release: Gauge;
  readonly #findings: Gauge;
  readonly #activation: Gauge;
  readonly #rejected: Gauge;
  readonly #artifacts: Gauge;

  constructor(metrics: Metrics) {
    this.#receivedBytes = metrics.gauge('download_received_bytes', 'Bytes received of a download under way', [
      'artifact',
    ]);
    this.#totalBytes = metrics.gauge('download_total_bytes', 'Bytes that a download under way will have, where known', [
      'artifact',
    ]);
    this.#release = metrics.gauge('release_info', '1 for the release that is current, with its state', [
      'release',
      'state',
    ]);
    this.#findings = metrics.gauge('twin_findings', 'Mistakes in the newest twin');
    this.#activation = metrics.gauge('activation_info', '1 for the phase of the release control', ['phase']);
    this.#rejected = metrics.gauge('releases_rejected', 'Releases that are remembered as bad');
    this.#artifacts = metrics.gauge('artifacts', 'Artifacts of the twin by state', ['state']);
  }

  /** Shows a new state. */
  show(state: ModuleState): void {
    const { artifacts, wanted, releases, findings } = state;
    const { control, current } = releases;
    for (const gauge of [this.#receivedBytes, this.#totalBytes, this.#release, this.#activation, this.#artifacts]) {
      gauge.reset();
    }
    for (const [artifact, progress] of Object.entries(artifacts)) {
      const { state: word, receivedBytes, totalBytes } = progress;
      this.#artifacts.inc({ state: word });
      if (word !== 'downloading' || receivedBytes === undefined) continue;
      this.#receivedBytes.set({ artifact }, receivedBytes);
      if (totalBytes !== undefined) this.#totalBytes.set({ artifact }, totalBytes);
    }
    if (current !== undefined) {
      const word = wanted?.id === current ? (releasePhase(state)?.state ?? 'kept') : 'kept';
      this.#release.set({ release: current, state: word }, 1);
    }
    this.#activation.set({ phase: control.activation.phase }, 1);
    this.#rejected.set(control.rejected.length);
    this.#findings.set(findings.length);
  }
}
