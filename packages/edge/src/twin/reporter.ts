import { type Clock, type JsonObject, sleep, twinPatch } from '@companion/foundation';
import type { Hub } from '../hub/hub.ts';
import type { Log } from '../telemetry/log.ts';

/** Counters alone are reported this seldom: every report is a message against IoT Hub's quota. */
const countersIntervalMs = 10_000;

/** Brings the module's state into its twin. */
export interface Reporter {
  /** Something changed that people wait for: it goes at once, or right after the report that is under way. */
  changed(): void;
  /** Called once a second or so: reports counters, and what could not be reported before, at most every 10 s. */
  tick(): void;
  /** Resolves when the report under way has ended, or after `withinMs`: a report waits for its connection. */
  settle(withinMs: number): Promise<void>;
}

interface ReporterOptions {
  readonly hub: Hub;
  readonly clock: Clock;
  readonly log: Log;
  /** The whole of the reported properties as they should be now. */
  readonly wanted: () => JsonObject;
}

/** Makes a reporter. It sends only what differs from what the hub holds, and removes what an earlier process left. */
export function createReporter({ hub, clock, log, wanted }: ReporterOptions): Reporter {
  let running: Promise<void> | undefined;
  /** Counts the changes, so that one that comes during a report is seen after it. */
  let changes = 0;
  let failing = false;
  let lastMs = Number.NEGATIVE_INFINITY;

  async function run(): Promise<void> {
    let reported: number;
    do {
      reported = changes;
      lastMs = clock.now();
      failing = !(await send());
    } while (reported !== changes && !failing);
    running = undefined;
  }

  async function send(): Promise<boolean> {
    const held = hub.reported;
    if (held === undefined) return true;
    const patch = twinPatch(held, wanted());
    try {
      if (patch !== undefined) await hub.report(patch);
      return true;
    } catch (error) {
      if (!failing) log.warn({ err: error }, 'the state could not be reported and is reported later');
      return false;
    }
  }

  function report(): void {
    changes++;
    running ??= run();
  }

  return {
    changed: report,
    tick() {
      const sinceMs = clock.now() - lastMs;
      // A wall clock set back must not silence the reports.
      if (sinceMs >= countersIntervalMs || sinceMs < 0) report();
    },
    async settle(withinMs) {
      const settled = new AbortController();
      const { signal } = settled;
      await Promise.race([running, sleep(clock, withinMs, signal)]);
      settled.abort();
    },
  };
}
