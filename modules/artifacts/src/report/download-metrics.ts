import type { Metrics } from '@companion/edge';
import { releasePhase, type ModuleState } from './reported-properties.ts';

/** Shows the downloads under way as metrics; returns a function that takes each new state. */
export function measureDownloads(metrics: Metrics): (state: ModuleState) => void {
  const received = metrics.gauge('download_received_bytes', 'Bytes received of a download under way', ['artifact']);
  const total = metrics.gauge('download_total_bytes', 'Bytes that a download under way will have, where known', [
    'artifact',
  ]);
  const info = metrics.gauge('release_info', '1 for the release that is current, with its state', ['release', 'state']);
  const findings = metrics.gauge('twin_findings', 'Mistakes in the newest twin');
  const activation = metrics.gauge('activation_info', '1 for the phase of the release control', ['phase']);
  const rejected = metrics.gauge('releases_rejected', 'Releases that are remembered as bad');
  const states = metrics.gauge('artifacts', 'Artifacts of the twin by state', ['state']);
  return (state) => {
    const { artifacts, wanted, releases, findings: found } = state;
    const { control, current } = releases;
    received.reset();
    total.reset();
    for (const [artifact, { state: progress, receivedBytes, totalBytes }] of Object.entries(artifacts)) {
      if (progress !== 'downloading' || receivedBytes === undefined) continue;
      received.set({ artifact }, receivedBytes);
      if (totalBytes !== undefined) total.set({ artifact }, totalBytes);
    }
    info.reset();
    if (current !== undefined)
      info.set(
        { release: current, state: wanted?.id === current ? (releasePhase(state)?.state ?? 'kept') : 'kept' },
        1,
      );
    activation.reset();
    activation.set({ phase: control.activation.phase }, 1);
    rejected.set(control.rejected.length);
    states.reset();
    for (const { state: word } of Object.values(artifacts)) states.inc({ state: word });
    findings.set(found.length);
  };
}
