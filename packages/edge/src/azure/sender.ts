import type { OutputMessage } from '../hub/hub.ts';
import type { HubMetrics } from './hub-metrics.ts';
import type { SessionGate } from './session-gate.ts';

/** Sends messages on the session that stands, or waits for the next one. */
export class Sender {
  readonly #gate: SessionGate;
  readonly #metrics: Pick<HubMetrics, 'output'>;
  /** How long a message waits for a session; milliseconds. */
  readonly #waitMs: number;
  /** Messages that are on their way. */
  readonly #deliveries = new Set<Promise<void>>();

  constructor(options: {
    readonly gate: SessionGate;
    readonly metrics: Pick<HubMetrics, 'output'>;
    readonly waitMs: number;
  }) {
    this.#gate = options.gate;
    this.#metrics = options.metrics;
    this.#waitMs = options.waitMs;
  }

  /** Resolves when the hub has acknowledged the message; rejects with an EdgeError otherwise. */
  async send(output: string, message: OutputMessage): Promise<void> {
    const delivery = this.#deliver(output, message);
    this.#deliveries.add(delivery);
    try {
      await delivery;
    } finally {
      this.#deliveries.delete(delivery);
    }
  }

  /** Resolves when what is on its way now has arrived or failed. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#deliveries);
  }

  async #deliver(output: string, message: OutputMessage): Promise<void> {
    try {
      const session = this.#gate.session ?? (await this.#gate.next(this.#waitMs));
      await session.send(output, message);
      this.#metrics.output(output, 'sent');
    } catch (error) {
      this.#metrics.output(output, 'failed');
      throw error;
    }
  }
}
