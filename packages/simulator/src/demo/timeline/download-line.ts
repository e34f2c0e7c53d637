import { formatBytes } from '@companion/foundation';
import { parseMetrics } from './metrics-text.ts';
import { progressBar } from './progress-bar.ts';

/** The line that shows all downloads under way, or undefined where there are none; `metricsText` is that of artifacts. */
export function downloadLine(metricsText: string): string | undefined {
  const metrics = parseMetrics(metricsText);
  const totals = new Map(
    (metrics.get('artifacts_download_total_bytes') ?? []).map(({ labels, value }) => [labels['artifact'], value]),
  );
  const bars = (metrics.get('artifacts_download_received_bytes') ?? []).map(({ labels, value }) => {
    const name = labels['artifact'] ?? '?';
    const total = totals.get(labels['artifact']) ?? 0;
    if (total === 0) return `${name} ${formatBytes(value)}`;
    return `${name} ${progressBar(value / total, 20)} ${Math.floor((100 * value) / total)} % of ${formatBytes(total)}`;
  });
  return bars.length === 0 ? undefined : `          ${bars.join('   ')}`;
}
