import type { Counter, Gauge } from 'prom-client';
import type { Metrics } from '../telemetry/metrics.ts';
import type { DesiredJudgement } from './desired-judgement.ts';

/** What becomes of a message for an input. */
export type InputResult = 'handled' | 'failed' | 'duplicate' | 'unwanted';
/** What a read of the twin gave; see `judgeDesired`. */
export type TwinResult = DesiredJudgement | 'failed';
/** What became of a patch of the reported properties. */
export type ReportResult = 'confirmed' | 'rejected' | 'retried';

/** What the hub counts, in the module's metrics; in nothing where there are none. */
export class HubMetrics {
  readonly #connected: Gauge | undefined;
  readonly #lost: Counter | undefined;
  readonly #inputs: Counter<'input' | 'result'> | undefined;
  readonly #outputs: Counter<'output' | 'result'> | undefined;
  readonly #twins: Counter<'result'> | undefined;
  readonly #version: Gauge | undefined;
  readonly #reports: Counter<'result'> | undefined;
  readonly #faults: Counter<'where'> | undefined;

  constructor(metrics: Metrics | undefined) {
    const inputs = 'Messages from the hub, by what became of them.';
    const outputs = 'Messages to the hub; sent means acknowledged.';
    const faults = 'Handlers and listeners that threw, and faults of the SDK.';
    this.#connected = metrics?.gauge('hub_connected', 'Whether the connection to the hub stands.');
    this.#lost = metrics?.counter('hub_connections_lost_total', 'Connections to the hub that ended unasked.');
    this.#inputs = metrics?.counter('hub_input_messages_total', inputs, ['input', 'result']);
    this.#outputs = metrics?.counter('hub_output_messages_total', outputs, ['output', 'result']);
    this.#twins = metrics?.counter('hub_twin_reads_total', 'Reads of the whole twin.', ['result']);
    this.#version = metrics?.gauge('hub_desired_version', 'Version of the newest desired properties.');
    this.#reports = metrics?.counter('hub_reports_total', 'Patches of the reported properties.', ['result']);
    this.#faults = metrics?.counter('hub_faults_total', faults, ['where']);
    this.#connected?.set(0);
  }

  connection(state: 'connected' | 'disconnected'): void {
    this.#connected?.set(state === 'connected' ? 1 : 0);
  }

  lost(): void {
    this.#lost?.inc();
  }

  input(input: string, result: InputResult): void {
    this.#inputs?.inc({ input, result });
  }

  output(output: string, result: 'sent' | 'failed'): void {
    this.#outputs?.inc({ output, result });
  }

  twin(result: TwinResult): void {
    this.#twins?.inc({ result });
  }

  desiredVersion(version: number): void {
    this.#version?.set(version);
  }

  report(result: ReportResult): void {
    this.#reports?.inc({ result });
  }

  fault(where: string): void {
    this.#faults?.inc({ where });
  }
}
