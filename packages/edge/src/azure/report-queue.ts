import {
  backoffMs,
  type BackoffOptions,
  type Clock,
  combinePatches,
  createDeferred,
  type Deferred,
  type JsonObject,
  mergeTwin,
  sleep,
} from '@companion/foundation';
import { EdgeError } from '../hub/edge-error.ts';
import { checkReportedPatch, checkReportedSize } from '../twin/report-limits.ts';

/** Where reports go: a session that stands. Rejects with an EdgeError; a retryable one is tried again. */
export interface ReportTarget {
  report(patch: JsonObject): Promise<void>;
}

/** Brings patches of the reported properties to the hub. */
export interface ReportQueue {
  /** The reported properties that the hub is known to hold; undefined before the first twin. */
  readonly held: JsonObject | undefined;
  /** The hub gave its twin. */
  observed(reported: JsonObject): void;
  attach(target: ReportTarget): void;
  detach(): void;
  /** Resolves when the hub is known to hold the patch. */
  report(patch: JsonObject): Promise<void>;
  /** Resolves when nothing waits any more, or nothing can go on. */
  idle(): Promise<void>;
  /** Rejects what waits with STOPPED. */
  stop(): void;
}

interface Batch {
  patch: JsonObject;
  readonly waiters: Deferred<undefined>[];
}

/**
 * One patch on its way at a time. What is reported meanwhile, or while there is no connection, is merged into one patch;
 * only where a merge patch can't say both (see `combinePatches`) does a second one wait behind it.
 */
export function createReportQueue(options: {
  readonly clock: Clock;
  readonly backoff: BackoffOptions;
  readonly onResult: (result: 'confirmed' | 'rejected' | 'retried') => void;
}): ReportQueue {
  const { clock, backoff, onResult } = options;
  const stopping = new AbortController();
  const queue: Batch[] = [];
  let held: JsonObject | undefined;
  let target: ReportTarget | undefined;
  let running: Promise<void> | undefined;

  function start(): void {
    if (target === undefined || queue.length === 0 || stopping.signal.aborted) return;
    running ??= drain().finally(() => {
      running = undefined;
      // Something may have come between the last look and this moment.
      start();
    });
  }

  async function drain(): Promise<void> {
    let failures = 0;
    while (target !== undefined && !stopping.signal.aborted) {
      const batch = queue.shift();
      if (batch === undefined) return;
      const to = target;
      const failure = await deliver(batch, to);
      if (failure === undefined) {
        failures = 0;
        continue;
      }
      if (!failure.retryable) {
        onResult('rejected');
        for (const waiter of batch.waiters) waiter.reject(failure);
        continue;
      }
      onResult('retried');
      putBack(batch);
      failures += 1;
      if (failure.code === 'CONNECTION_LOST') {
        if (target === to) target = undefined;
        return;
      }
      await sleep(clock, Math.max(backoff.baseMs, backoffMs(failures, backoff)), stopping.signal);
    }
  }

  async function deliver(batch: Batch, to: ReportTarget): Promise<EdgeError | undefined> {
    try {
      if (held !== undefined) checkReportedSize(mergeTwin(held, batch.patch));
      await to.report(batch.patch);
    } catch (error) {
      if (error instanceof EdgeError) return error;
      return new EdgeError('REPORT_REJECTED', 'the report failed', { cause: error });
    }
    held = mergeTwin(held ?? {}, batch.patch);
    onResult('confirmed');
    for (const waiter of batch.waiters) waiter.resolve(undefined);
    return undefined;
  }

  function putBack(batch: Batch): void {
    const next = queue[0];
    const patch = next === undefined ? undefined : combinePatches(batch.patch, next.patch);
    if (next === undefined || patch === undefined) queue.unshift(batch);
    else queue[0] = { patch, waiters: [...batch.waiters, ...next.waiters] };
  }

  return {
    get held() {
      return held;
    },
    observed(reported) {
      held = reported;
    },
    attach(to) {
      target = to;
      start();
    },
    detach() {
      target = undefined;
    },
    async report(patch) {
      if (stopping.signal.aborted) throw stopped();
      checkReportedPatch(patch);
      // Refuses the one report that is too much, not those that it would be merged with.
      checkReportedSize([...queue.map((batch) => batch.patch), patch].reduce(mergeTwin, held ?? {}));
      const waiter = createDeferred<undefined>();
      const last = queue.at(-1);
      const combined = last === undefined ? undefined : combinePatches(last.patch, patch);
      if (last === undefined || combined === undefined) queue.push({ patch, waiters: [waiter] });
      else {
        last.patch = combined;
        last.waiters.push(waiter);
      }
      start();
      await waiter.promise;
    },
    async idle() {
      while (running !== undefined) await running;
    },
    stop() {
      stopping.abort();
      for (const batch of queue.splice(0)) for (const waiter of batch.waiters) waiter.reject(stopped());
    },
  };
}

function stopped(): EdgeError {
  return new EdgeError('STOPPED', 'not reported: the hub is stopped');
}
