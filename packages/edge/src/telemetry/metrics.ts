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

/**
 * Prometheus metrics of one module, in a registry of their own with the labels iothub, edge_device, module_name and
 * instance_number. Names come without the prefix; a metric asked for twice is the same metric.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #prefix: string;

  /** `processMetrics` adds CPU, memory, event loop and garbage collection. */
  constructor(identity: MetricsIdentity, options: { readonly processMetrics?: boolean } = {}) {
    this.#registry.setDefaultLabels({
      iothub: identity.iothub,
      edge_device: identity.device,
      module_name: identity.module,
      instance_number: identity.instance,
    });
    // Metric names know letters, digits and underscores; module names also dashes and dots, and may start with a digit.
    const name = (identity.prefix ?? identity.module).replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=[0-9])/, '_');
    this.#prefix = `${name}_`;
    if (options.processMetrics === true) collectDefaultMetrics({ register: this.#registry, prefix: this.#prefix });
  }

  /** The content type of `render`'s text. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  counter<L extends string = never>(name: string, help: string, labels?: readonly L[]): Counter<L> {
    return (this.#known(name) as Counter<L> | undefined) ?? new Counter<L>(this.#settings(name, help, labels));
  }

  gauge<L extends string = never>(name: string, help: string, labels?: readonly L[]): Gauge<L> {
    return (this.#known(name) as Gauge<L> | undefined) ?? new Gauge<L>(this.#settings(name, help, labels));
  }

  /** `bucketsSeconds` or other units as the name says; prom-client's own without. */
  histogram<L extends string = never>(
    name: string,
    help: string,
    { labels, buckets }: { readonly labels?: readonly L[]; readonly buckets?: readonly number[] } = {},
  ): Histogram<L> {
    const own = buckets === undefined ? {} : { buckets: [...buckets] };
    return (
      (this.#known(name) as Histogram<L> | undefined) ??
      new Histogram<L>({ ...this.#settings(name, help, labels), ...own })
    );
  }

  /** All metrics as Prometheus text. */
  render(): Promise<string> {
    return this.#registry.metrics();
  }

  #known(name: string): unknown {
    return this.#registry.getSingleMetric(this.#prefix + name);
  }

  #settings<L extends string>(name: string, help: string, labels: readonly L[] = []) {
    return { name: this.#prefix + name, help, labelNames: labels, registers: [this.#registry] };
  }
}
