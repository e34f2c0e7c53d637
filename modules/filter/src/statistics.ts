import type { JsonObject, Metrics } from '@companion/edge';
import type { RejectReason } from '@companion/deepstream/message';
import type { ZoneEventType } from './pipeline/event.ts';

/** Why a message brought nothing: as the parser says, or an error of ours. */
export type FailureReason = RejectReason | 'internal';

/** The module's counters, kept for people (twin, method) and for Prometheus alike. */
export interface Statistics {
  received(sizeBytes: number): void;
  parsed(): void;
  failed(reason: FailureReason): void;
  /** Parts of a message that was parsed for the rest. */
  partsRejected(reason: RejectReason, count: number): void;
  frame(sensor: string, detections: number): void;
  event(type: ZoneEventType): void;
  /** The outbox's totals since the start. */
  outbox(stats: { readonly depth: number; readonly sentBytes: number; readonly dropped: number }): void;
  messages(): { readonly received: number; readonly parsed: number; readonly failed: number };
  toJson(): JsonObject;
}

/** Sensor names come from outside; beyond this many they are counted together, so that memory stays bounded. */
const MAX_SENSORS = 64;
const OTHER_SENSORS = 'other';

/** Makes counters that start at zero. */
export function createStatistics(metrics: Metrics): Statistics {
  const prometheus = {
    received: metrics.counter('messages_received_total', 'Messages on input detections'),
    parsed: metrics.counter('messages_parsed_total', 'Messages that brought at least one frame'),
    failed: metrics.counter('messages_failed_total', 'Messages that brought nothing, by reason', ['reason']),
    parts: metrics.counter('parts_rejected_total', 'Unreadable parts of readable messages, by reason', ['reason']),
    frames: metrics.counter('frames_total', 'Frames, by sensor', ['sensor']),
    detections: metrics.counter('detections_total', 'Detections in all frames'),
    events: metrics.counter('events_total', 'Events made, by type', ['type']),
    bytesIn: metrics.counter('bytes_in_total', 'Bytes of message bodies received'),
    bytesOut: metrics.counter('bytes_out_total', 'Bytes of message bodies that the hub acknowledged'),
    depth: metrics.gauge('outbox_depth', 'Events that wait for the hub'),
    dropped: metrics.counter(
      'events_dropped_total',
      'Events lost because the outbox was full or the hub never takes them',
    ),
  };
  const total = { received: 0, parsed: 0, failed: 0, bytesIn: 0, detections: 0 };
  const sent = { bytes: 0, dropped: 0, depth: 0 };
  const failures = new Map<FailureReason, number>();
  const parts = new Map<RejectReason, number>();
  const frames = new Map<string, number>();
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
    frame(name, detections) {
      const sensor = frames.has(name) || frames.size < MAX_SENSORS ? name : OTHER_SENSORS;
      raise(frames, sensor, 1);
      total.detections += detections;
      prometheus.frames.inc({ sensor });
      prometheus.detections.inc(detections);
    },
    event(type) {
      raise(events, type, 1);
      prometheus.events.inc({ type });
    },
    outbox({ depth, sentBytes, dropped }) {
      prometheus.depth.set(depth);
      prometheus.bytesOut.inc(sentBytes - sent.bytes);
      prometheus.dropped.inc(dropped - sent.dropped);
      Object.assign(sent, { bytes: sentBytes, dropped, depth });
    },
    messages: () => ({ received: total.received, parsed: total.parsed, failed: total.failed }),
    toJson: () => ({
      messages: {
        received: total.received,
        parsed: total.parsed,
        failed: Object.fromEntries(failures),
        partsRejected: Object.fromEntries(parts),
      },
      frames: Object.fromEntries(frames),
      detections: total.detections,
      events: Object.fromEntries(events),
      bytes: { in: total.bytesIn, out: sent.bytes },
      outbox: { depth: sent.depth, dropped: sent.dropped },
    }),
  };
}

function raise<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
