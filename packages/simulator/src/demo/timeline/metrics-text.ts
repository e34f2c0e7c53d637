/** One line of a Prometheus exposition. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Samples by metric name. */
export type Metrics = ReadonlyMap<string, readonly Sample[]>;

const line = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const label = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Reads the Prometheus text format as far as modules write it: names, labels, values. */
export function parseMetrics(text: string): Metrics {
  const metrics = new Map<string, Sample[]>();
  for (const row of text.split('\n')) {
    const match = row.startsWith('#') ? null : line.exec(row);
    if (match === null) continue;
    const [, name = '', labels = '', value = ''] = match;
    const samples = metrics.get(name) ?? [];
    samples.push({
      labels: Object.fromEntries(
        [...labels.matchAll(label)].map(([, key = '', text = '']) => [key, text.replace(/\\(.)/g, '$1')]),
      ),
      value: Number(value),
    });
    metrics.set(name, samples);
  }
  return metrics;
}
