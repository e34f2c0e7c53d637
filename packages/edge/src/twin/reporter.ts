import { sleep, twinPatch, type Clock, type JsonObject } from '@companion/foundation';
import type { Hub } from '../hub/hub.ts';
import type { Log } from '../telemetry/log.ts';

/** Counters alone are reported this seldom: every report is a message against IoT Hub's quota. */
const countersIntervalMs = 10_000;

/** What a reporter is made of. */
export interface ReporterOptions {
  readonly hub: Pick<Hub, 'reported' | 'report'>;
  readonly clock: Clock;
  readonly log: Log;
  /** The whole of the reported properties as they should be now. */
  readonly wanted: () => JsonObject;
}

/** Brings the module's state into its twin. It sends only what differs from what the hub holds, and removes what an earlier process left. */
export class Reporter {
  readonly #options: ReporterOptions;
  /** The report under way. */
  #running: Promise<void> | undefined;
  /** Counts the changes, so that one that comes during a report is seen after it. */
  #changes = 0;
  #failing = false;
  /** When the last report began, on the clock that never jumps. */
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** Something changed that people wait for: it goes at once, or right after the report that is under way. */
  changed(): void {
    this.#changes++;
    this.#running ??= this.#run();
  }

  /** Called once a second or so: reports counters, and what could not be reported before, at most every 10 s. */
  tick(): void {
    if (this.#options.clock.monotonicMs() - this.#lastMs >= countersIntervalMs) this.changed();
  }

  /** Resolves when the report under way has ended, or after `withinMs`: a report waits for its connection. */
  async settle(withinMs: number): Promise<void> {
    const settled = new AbortController();
    await Promise.race([this.#running, sleep(this.#options.clock, withinMs, settled.signal)]);
    settled.abort();
  }

  async #run(): Promise<void> {
    let reported: number;
    do {
      reported = this.#changes;
      this.#lastMs = this.#options.clock.monotonicMs();
      this.#failing = !(await this.#send());
    } while (reported !== this.#changes && !this.#failing);
    this.#running = undefined;
  }

  async #send(): Promise<boolean> {
    const { hub, log, wanted } = this.#options;
    const held = hub.reported;
    if (held === undefined) return true;
    const patch = twinPatch(held, wanted());
    try {
      if (patch !== undefined) await hub.report(patch);
      return true;
    } catch (error) {
      if (!this.#failing) log.warn({ err: error }, 'the state could not be reported and is reported later');
      return false;
    }
  }
}
