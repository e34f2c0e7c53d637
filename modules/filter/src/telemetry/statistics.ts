import type { Metrics } from '@companion/edge';
import type { JsonObject } from '@companion/foundation';
import type { Frame, RejectReason } from '@companion/deepstream/message';
import type { SensorRate } from './sensor-rates.ts';
import { createSensorRates } from './sensor-rates.ts';
import type { OutboxStats } from '../outbox/index.ts';
import type { ZoneEventType } from '@companion/occupancy';

/** Why a message brought nothing: as the parser says, or an error of ours. */
export type FailureReason = RejectReason | 'internal';

/** The module's counters, kept for people (twin, method) and for Prometheus alike. */
export interface Statistics {
  received(sizeBytes: number): void;
  parsed(): void;
  failed(reason: FailureReason): void;
  /** Parts of a message that was parsed for the rest. */
  partsRejected(reason: RejectReason, count: number): void;
  /** Messages that were never read, because newer ones of the same sensor came first. */
  overloaded(messages: number): void;
  frame(frame: Pick<Frame, 'sensor' | 'timeMs' | 'detections'>, receivedMs: number): void;
  event(type: ZoneEventType): void;
  /** The outbox's totals since the start. */
  outbox(stats: OutboxStats): void;
  /** The most busy sensors first. */
  sensors(nowMs: number): readonly SensorRate[];
  /** The newest credible stamp of each sensor, milliseconds since 1970. */
  stampsMs(): Readonly<Record<string, number>>;
  /** Events made since the start. */
  events(): number;
  messages(): { readonly received: number; readonly parsed: number; readonly failed: number };
  toJson(nowMs: number): JsonObject;
}

const emptyOutbox: OutboxStats = {
  depth: 0,
  bytes: 0,
  sent: 0,
  sentBytes: 0,
  dropped: { event: 0, snapshot: 0 },
  durable: false,
};

/** Makes counters that start at zero. */
export function createStatistics(metrics: Metrics): Statistics {
  const prometheus = {
    received: metrics.counter('messages_received_total', 'Messages received'),
    overloaded: metrics.counter('messages_overload_total', 'Messages dropped unread for newer ones of the same sensor'),
    parsed: metrics.counter('messages_parsed_total', 'Messages that brought at least one frame'),
    failed: metrics.counter('messages_failed_total', 'Messages that brought nothing, by reason', ['reason']),
    parts: metrics.counter('parts_rejected_total', 'Unreadable parts of readable messages, by reason', ['reason']),
    frames: metrics.counter('frames_total', 'Frames, by sensor', ['sensor']),
    detections: metrics.counter('detections_total', 'Detections in all frames'),
    events: metrics.counter('events_total', 'Events made, by type', ['type']),
    bytesIn: metrics.counter('bytes_in_total', 'Bytes of message bodies received'),
    bytesOut: metrics.counter('bytes_out_total', 'Bytes of message bodies that the hub acknowledged'),
    depth: metrics.gauge('outbox_depth', 'Messages that wait for the hub'),
    waitingBytes: metrics.gauge('outbox_bytes', 'Size of the messages that wait for the hub'),
    durable: metrics.gauge('outbox_durable', '1 while the outbox is on the disk, 0 while it is in memory'),
    dropped: metrics.counter(
      'outbox_dropped_total',
      'Messages lost because the outbox was full or the hub never takes them, by kind',
      ['kind'],
    ),
    lag: metrics.gauge('sensor_lag_seconds', 'Receipt minus stamp of the newest frame, by sensor', ['sensor']),
  };
  const total = { received: 0, parsed: 0, failed: 0, overloaded: 0, bytesIn: 0, detections: 0, events: 0 };
  let sent: OutboxStats = emptyOutbox;
  const failures = new Map<FailureReason, number>();
  const parts = new Map<RejectReason, number>();
  const rates = createSensorRates();
  const events = new Map<ZoneEventType, number>();

  return {
    received(sizeBytes) {
      total.received++;
      total.bytesIn += sizeBytes;
      prometheus.received.inc();
      prometheus.bytesIn.inc(sizeBytes);
    },
    parsed() {
      total.parsed++;
      prometheus.parsed.inc();
    },
    failed(reason) {
      total.failed++;
      raise(failures, reason, 1);
      prometheus.failed.inc({ reason });
    },
    partsRejected(reason, count) {
      raise(parts, reason, count);
      prometheus.parts.inc({ reason }, count);
    },
    overloaded(messages) {
      total.overloaded += messages;
      prometheus.overloaded.inc(messages);
    },
    frame({ sensor, timeMs, detections }, receivedMs) {
      const { name, isNew } = rates.frame({ sensor, timeMs, receivedMs });
      total.detections += detections.length;
      if (isNew) prometheus.frames.inc({ sensor: name });
      prometheus.detections.inc(detections.length);
    },
    event(type) {
      total.events++;
      raise(events, type, 1);
      prometheus.events.inc({ type });
    },
    outbox(stats) {
      prometheus.depth.set(stats.depth);
      prometheus.waitingBytes.set(stats.bytes);
      prometheus.durable.set(stats.durable ? 1 : 0);
      prometheus.bytesOut.inc(stats.sentBytes - sent.sentBytes);
      for (const kind of ['event', 'snapshot'] as const) {
        prometheus.dropped.inc({ kind }, stats.dropped[kind] - sent.dropped[kind]);
      }
      sent = stats;
    },
    sensors(nowMs) {
      const all = rates.all(nowMs);
      for (const { sensor, lagMs } of all) if (lagMs !== null) prometheus.lag.set({ sensor }, lagMs / 1_000);
      return all;
    },
    stampsMs: () => rates.stampsMs(),
    events: () => total.events,
    messages: () => ({ received: total.received, parsed: total.parsed, failed: total.failed }),
    toJson: (nowMs) => ({
      messages: {
        received: total.received,
        parsed: total.parsed,
        failed: Object.fromEntries(failures),
        overload: total.overloaded,
        partsRejected: Object.fromEntries(parts),
      },
      sensors: rates.all(nowMs).map(({ sensor, frames, fps, lagMs }) => ({ sensor, frames, fps, lagMs })),
      detections: total.detections,
      events: Object.fromEntries(events),
      bytes: { in: total.bytesIn, out: sent.sentBytes },
      outbox: { depth: sent.depth, bytes: sent.bytes, durable: sent.durable, dropped: { ...sent.dropped } },
    }),
  };
}

function raise<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
