import type { Metrics } from '@companion/edge';
import type { ModuleState } from './report.ts';

/** Shows the downloads under way as metrics; returns a function that takes each new state. */
export function measureDownloads(metrics: Metrics): (state: ModuleState) => void {
  const received = metrics.gauge('download_received_bytes', 'Bytes received of a download under way', ['artifact']);
  const total = metrics.gauge('download_total_bytes', 'Bytes that a download under way will have, where known', [
    'artifact',
  ]);
  const info = metrics.gauge('release_info', '1 for the release that is current, with its state', ['release', 'state']);
  const findings = metrics.gauge('twin_findings', 'Mistakes in the newest twin');
  return ({ artifacts, release, current, findings: found }) => {
    received.reset();
    total.reset();
    for (const [artifact, { state, receivedBytes, totalBytes }] of Object.entries(artifacts)) {
      if (state !== 'downloading' || receivedBytes === undefined) continue;
      received.set({ artifact }, receivedBytes);
      if (totalBytes !== undefined) total.set({ artifact }, totalBytes);
    }
    info.reset();
    if (current !== undefined)
      info.set({ release: current, state: release?.id === current ? release.phase.state : 'kept' }, 1);
    findings.set(found.length);
  };
}
