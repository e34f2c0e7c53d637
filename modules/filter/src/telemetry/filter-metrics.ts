import type { Metrics } from '@companion/edge';

/** What Prometheus sees of the filter. */
export type FilterMetrics = ReturnType<typeof filterMetrics>;

/** Registers the filter's metrics. */
export function filterMetrics(metrics: Metrics) {
  return {
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
    lostRecords: metrics.gauge('outbox_lost_records', 'Records of the journal that were damaged at the last start'),
    dropped: metrics.counter('outbox_dropped_total', 'Messages lost because the outbox was full, by kind', ['kind']),
    setAside: metrics.counter(
      'outbox_set_aside_total',
      'Messages that can never be sent, kept in dead-letter.jsonl, by kind',
      ['kind'],
    ),
    lag: metrics.gauge('sensor_lag_seconds', 'Receipt minus stamp of the newest frame, by sensor', ['sensor']),
  };
}
