import type { Metrics } from '@companion/edge';
import type { JsonObject } from '@companion/foundation';
import type { Frame, RejectReason } from '@companion/deepstream/message';
import { filterMetrics, type FilterMetrics } from './filter-metrics.ts';
import { SensorRates, type SensorRate } from './sensor-rates.ts';
import type { OutboxStats } from '../outbox/index.ts';
import type { ZoneEventType } from '@companion/occupancy';

/** Why a message brought nothing: as the parser says, or an error of ours. */
export type FailureReason = RejectReason | 'internal';

const emptyOutbox: OutboxStats = {
  depth: 0,
  bytes: 0,
  sent: 0,
  sentBytes: 0,
  dropped: { event: 0, snapshot: 0 },
  setAside: { event: 0, snapshot: 0 },
  lastSetAside: undefined,
  lostRecords: 0,
  durable: false,
};

/** The module's counters since the start, kept for people (twin, method) and for Prometheus alike. */
export class Statistics {
  readonly #prometheus: FilterMetrics;
  readonly #total = { received: 0, parsed: 0, failed: 0, overloaded: 0, bytesIn: 0, detections: 0, events: 0 };
  readonly #failures = new Map<FailureReason, number>();
  readonly #parts = new Map<RejectReason, number>();
  readonly #events = new Map<ZoneEventType, number>();
  readonly #rates = new SensorRates();
  /** The outbox's totals as they were told last. */
  #sent: OutboxStats = emptyOutbox;

  constructor(metrics: Metrics) {
    this.#prometheus = filterMetrics(metrics);
  }

  received(sizeBytes: number): void {
    this.#total.received++;
    this.#total.bytesIn += sizeBytes;
    this.#prometheus.received.inc();
    this.#prometheus.bytesIn.inc(sizeBytes);
  }

  parsed(): void {
    this.#total.parsed++;
    this.#prometheus.parsed.inc();
  }

  failed(reason: FailureReason): void {
    this.#total.failed++;
    raise(this.#failures, reason, 1);
    this.#prometheus.failed.inc({ reason });
  }

  /** Parts of a message that was parsed for the rest. */
  partsRejected(reason: RejectReason, count: number): void {
    raise(this.#parts, reason, count);
    this.#prometheus.parts.inc({ reason }, count);
  }

  /** Messages that were never read, because newer ones of the same sensor came first. */
  overloaded(messages: number): void {
    this.#total.overloaded += messages;
    this.#prometheus.overloaded.inc(messages);
  }

  frame({ sensor, timeMs, detections }: Pick<Frame, 'sensor' | 'timeMs' | 'detections'>, receivedMs: number): void {
    const { name, isNew } = this.#rates.frame({ sensor, timeMs, receivedMs });
    this.#total.detections += detections.length;
    if (isNew) this.#prometheus.frames.inc({ sensor: name });
    this.#prometheus.detections.inc(detections.length);
  }

  event(type: ZoneEventType): void {
    this.#total.events++;
    raise(this.#events, type, 1);
    this.#prometheus.events.inc({ type });
  }

  /** Takes the outbox's totals since the start. */
  outbox(stats: OutboxStats): void {
    this.#prometheus.depth.set(stats.depth);
    this.#prometheus.waitingBytes.set(stats.bytes);
    this.#prometheus.lostRecords.set(stats.lostRecords);
    this.#prometheus.durable.set(stats.durable ? 1 : 0);
    this.#prometheus.bytesOut.inc(stats.sentBytes - this.#sent.sentBytes);
    for (const kind of ['event', 'snapshot'] as const) {
      this.#prometheus.dropped.inc({ kind }, stats.dropped[kind] - this.#sent.dropped[kind]);
      this.#prometheus.setAside.inc({ kind }, stats.setAside[kind] - this.#sent.setAside[kind]);
    }
    this.#sent = stats;
  }

  /** The most busy sensors first. */
  sensors(nowMs: number): readonly SensorRate[] {
    const all = this.#rates.all(nowMs);
    for (const { sensor, lagMs } of all) if (lagMs !== null) this.#prometheus.lag.set({ sensor }, lagMs / 1_000);
    return all;
  }

  /** The newest credible stamp of each sensor, milliseconds since 1970. */
  stampsMs(): Readonly<Record<string, number>> {
    return this.#rates.stampsMs();
  }

  /** Events made. */
  events(): number {
    return this.#total.events;
  }

  messages(): { readonly received: number; readonly parsed: number; readonly failed: number } {
    const { received, parsed, failed } = this.#total;
    return { received, parsed, failed };
  }

  toJson(nowMs: number): JsonObject {
    const { received, parsed, overloaded, bytesIn, detections } = this.#total;
    const { depth, bytes, durable, dropped, setAside, lastSetAside, lostRecords, sentBytes } = this.#sent;
    return {
      messages: {
        received,
        parsed,
        failed: Object.fromEntries(this.#failures),
        overload: overloaded,
        partsRejected: Object.fromEntries(this.#parts),
      },
      sensors: this.#rates.all(nowMs).map(({ sensor, frames, fps, lagMs }) => ({ sensor, frames, fps, lagMs })),
      detections,
      events: Object.fromEntries(this.#events),
      bytes: { in: bytesIn, out: sentBytes },
      outbox: {
        depth,
        bytes,
        durable,
        dropped: { ...dropped },
        setAside: { ...setAside },
        lostRecords,
        ...(lastSetAside === undefined ? {} : { lastSetAside: { ...lastSetAside } }),
      },
    };
  }
}

function raise<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
