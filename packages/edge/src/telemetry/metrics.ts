import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Who measures; becomes the labels that IoT Edge's metrics-collector expects. */
export interface MetricsIdentity {
  /** As it is called in the deployment. */
  readonly module: string;
  /** Begins the name of every metric, by IoT Edge's convention; default `module`. */
  readonly prefix?: string;
  readonly iothub: string;
  readonly device: string;
  /** Different for every start of the process. */
  readonly instance: string;
}

/** Prometheus metrics of one module; a metric asked for twice is the same metric. Names come without the prefix. */
export interface Metrics {
  /** The content type of `render`'s text. */
  readonly contentType: string;
  counter<L extends string = never>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  gauge<L extends string = never>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  /** `bucketsSeconds` or other units as the name says; prom-client's own without. */
  histogram<L extends string = never>(
    name: string,
    help: string,
    options?: { readonly labels?: readonly L[]; readonly buckets?: readonly number[] },
  ): Histogram<L>;
  /** All metrics as Prometheus text. */
  render(): Promise<string>;
}

/** A registry of its own with the labels iothub, edge_device, module_name and instance_number; `processMetrics` adds CPU, memory, event loop and garbage collection. */
export function createMetrics(identity: MetricsIdentity, options: { readonly processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({
    iothub: identity.iothub,
    edge_device: identity.device,
    module_name: identity.module,
    instance_number: identity.instance,
  });
  // Metric names know letters, digits and underscores; module names also dashes and dots, and may start with a digit.
  const prefix = `${(identity.prefix ?? identity.module).replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=[0-9])/, '_')}_`;
  if (options.processMetrics === true) collectDefaultMetrics({ register: registry, prefix });

  function known(name: string): unknown {
    return registry.getSingleMetric(prefix + name);
  }
  function settings<L extends string>(name: string, help: string, labels: readonly L[] = []) {
    return { name: prefix + name, help, labelNames: labels, registers: [registry] };
  }

  return {
    contentType: registry.contentType,
    counter: <L extends string>(name: string, help: string, labels?: readonly L[]) =>
      (known(name) as Counter<L> | undefined) ?? new Counter<L>(settings(name, help, labels)),
    gauge: <L extends string>(name: string, help: string, labels?: readonly L[]) =>
      (known(name) as Gauge<L> | undefined) ?? new Gauge<L>(settings(name, help, labels)),
    histogram: <L extends string>(
      name: string,
      help: string,
      { labels, buckets }: { readonly labels?: readonly L[]; readonly buckets?: readonly number[] } = {},
    ) =>
      (known(name) as Histogram<L> | undefined) ??
      new Histogram<L>({
        ...settings(name, help, labels),
        ...(buckets === undefined ? {} : { buckets: [...buckets] }),
      }),
    render: () => registry.metrics(),
  };
}
