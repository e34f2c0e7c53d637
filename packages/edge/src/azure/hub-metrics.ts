import type { Metrics } from '../telemetry/metrics.ts';
import type { InputResult } from './input-dispatch.ts';

/** What the hub counts. */
export interface HubMetrics {
  readonly connected: (value: boolean) => void;
  readonly lost: () => void;
  readonly input: (input: string, result: InputResult) => void;
  readonly output: (output: string, result: 'sent' | 'failed') => void;
  readonly twin: (result: 'newer' | 'known' | 'failed') => void;
  readonly desiredVersion: (version: number) => void;
  readonly report: (result: 'confirmed' | 'rejected' | 'retried') => void;
  readonly fault: (where: string) => void;
}

/** Counts into the module's metrics; into nothing where there are none. */
export function createHubMetrics(metrics: Metrics | undefined): HubMetrics {
  const nothing = (): void => undefined;
  if (metrics === undefined) {
    return {
      connected: nothing,
      lost: nothing,
      input: nothing,
      output: nothing,
      twin: nothing,
      desiredVersion: nothing,
      report: nothing,
      fault: nothing,
    };
  }
  const connected = metrics.gauge('hub_connected', 'Whether the connection to the hub stands.');
  const lost = metrics.counter('hub_connections_lost_total', 'Connections to the hub that ended unasked.');
  const input = metrics.counter('hub_input_messages_total', 'Messages from the hub, by what became of them.', [
    'input',
    'result',
  ]);
  const output = metrics.counter('hub_output_messages_total', 'Messages to the hub; sent means acknowledged.', [
    'output',
    'result',
  ]);
  const twin = metrics.counter('hub_twin_reads_total', 'Reads of the whole twin.', ['result']);
  const version = metrics.gauge('hub_desired_version', 'Version of the newest desired properties.');
  const report = metrics.counter('hub_reports_total', 'Patches of the reported properties.', ['result']);
  const fault = metrics.counter('hub_faults_total', 'Handlers and listeners that threw, and faults of the SDK.', [
    'where',
  ]);
  connected.set(0);
  return {
    connected: (value) => connected.set(value ? 1 : 0),
    lost: () => lost.inc(),
    input: (name, result) => input.inc({ input: name, result }),
    output: (name, result) => output.inc({ output: name, result }),
    twin: (result) => twin.inc({ result }),
    desiredVersion: (value) => version.set(value),
    report: (result) => report.inc({ result }),
    fault: (where) => fault.inc({ where }),
  };
}
