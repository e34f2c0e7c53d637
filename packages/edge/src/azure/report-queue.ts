import {
  backoffMs,
  combinePatches,
  createDeferred,
  mergeTwin,
  sleep,
  type BackoffOptions,
  type Clock,
  type Deferred,
  type JsonObject,
} from '@companion/foundation';
import { EdgeError } from '../hub/edge-error.ts';
import { checkReportedPatch, checkReportedSize } from '../twin/report-limits.ts';
import type { HubMetrics } from './hub-metrics.ts';

/** Where reports go: a session that stands. Rejects with an EdgeError; a retryable one is tried again. */
export interface ReportTarget {
  report(patch: JsonObject): Promise<void>;
}

interface Batch {
  readonly patch: JsonObject;
  readonly waiters: readonly Deferred<undefined>[];
}

/**
 * Brings patches of the reported properties to the hub, one at a time. What is reported meanwhile, or while there is no
 * connection, is merged into one patch; only where a merge patch can't say both (see `combinePatches`) does a second one
 * wait behind it.
 */
export class ReportQueue {
  readonly #clock: Clock;
  readonly #backoff: BackoffOptions;
  readonly #metrics: Pick<HubMetrics, 'report'>;
  readonly #stopping = new AbortController();
  /** What waits, in order. */
  readonly #queue: Batch[] = [];
  #held: JsonObject | undefined;
  #target: ReportTarget | undefined;
  /** The delivery under way. */
  #running: Promise<void> | undefined;

  constructor(options: {
    readonly clock: Clock;
    readonly backoff: BackoffOptions;
    readonly metrics: Pick<HubMetrics, 'report'>;
  }) {
    this.#clock = options.clock;
    this.#backoff = options.backoff;
    this.#metrics = options.metrics;
  }

  /** The reported properties that the hub is known to hold; undefined before the first twin. */
  get held(): JsonObject | undefined {
    return this.#held;
  }

  /** The hub gave its twin. */
  observed(reported: JsonObject): void {
    this.#held = reported;
  }

  attach(target: ReportTarget): void {
    this.#target = target;
    this.#start();
  }

  detach(): void {
    this.#target = undefined;
  }

  /** Resolves when the hub is known to hold the patch. */
  async report(patch: JsonObject): Promise<void> {
    if (this.#stopping.signal.aborted) throw stopped();
    checkReportedPatch(patch);
    // Refuses the one report that is too much, not those that it would be merged with.
    checkReportedSize([...this.#queue.map((batch) => batch.patch), patch].reduce(mergeTwin, this.#held ?? {}));
    const waiter = createDeferred<undefined>();
    const last = this.#queue.at(-1);
    const combined = last === undefined ? undefined : combinePatches(last.patch, patch);
    if (last === undefined || combined === undefined) this.#queue.push({ patch, waiters: [waiter] });
    else this.#queue[this.#queue.length - 1] = { patch: combined, waiters: [...last.waiters, waiter] };
    this.#start();
    await waiter.promise;
  }

  /** Resolves when nothing waits any more, or nothing can go on. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Rejects what waits with STOPPED. */
  stop(): void {
    this.#stopping.abort();
    for (const batch of this.#queue.splice(0)) for (const waiter of batch.waiters) waiter.reject(stopped());
  }

  #start(): void {
    if (this.#target === undefined || this.#queue.length === 0 || this.#stopping.signal.aborted) return;
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
      // Something may have come between the last look and this moment.
      this.#start();
    });
  }

  async #drain(): Promise<void> {
    let failures = 0;
    while (this.#target !== undefined && !this.#stopping.signal.aborted) {
      const batch = this.#queue.shift();
      if (batch === undefined) return;
      const target = this.#target;
      const failure = await this.#deliver(batch, target);
      if (failure === undefined) {
        failures = 0;
        continue;
      }
      if (!failure.retryable) {
        this.#metrics.report('rejected');
        for (const waiter of batch.waiters) waiter.reject(failure);
        continue;
      }
      this.#metrics.report('retried');
      this.#putBack(batch);
      failures += 1;
      if (failure.code === 'CONNECTION_LOST') {
        if (this.#target === target) this.#target = undefined;
        return;
      }
      const waitMs = Math.max(this.#backoff.baseMs, backoffMs(failures, this.#backoff));
      await sleep(this.#clock, waitMs, this.#stopping.signal);
    }
  }

  async #deliver(batch: Batch, target: ReportTarget): Promise<EdgeError | undefined> {
    try {
      if (this.#held !== undefined) checkReportedSize(mergeTwin(this.#held, batch.patch));
      await target.report(batch.patch);
    } catch (error) {
      if (error instanceof EdgeError) return error;
      return new EdgeError('REPORT_REJECTED', 'the report failed', { cause: error });
    }
    this.#held = mergeTwin(this.#held ?? {}, batch.patch);
    this.#metrics.report('confirmed');
    for (const waiter of batch.waiters) waiter.resolve(undefined);
    return undefined;
  }

  #putBack(batch: Batch): void {
    const next = this.#queue[0];
    const patch = next === undefined ? undefined : combinePatches(batch.patch, next.patch);
    if (next === undefined || patch === undefined) this.#queue.unshift(batch);
    else this.#queue[0] = { patch, waiters: [...batch.waiters, ...next.waiters] };
  }
}

function stopped(): EdgeError {
  return new EdgeError('STOPPED', 'not reported: the hub is stopped');
}
