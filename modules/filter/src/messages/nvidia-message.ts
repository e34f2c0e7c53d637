import { encodeFull, type Detection } from '@companion/deepstream/message';
import type { OutputMessage } from '@companion/edge';
import { deepStreamWords, type ZoneEvent } from '@companion/occupancy';
import { eventId } from './cloud-event.ts';

/**
 * Writes a change in DeepStream's own full schema, for back ends made for it: parked and empty with
 * `place.parkingSpot.id` (the zone's name), entry and exit with the area's or line's name as `place.name`. Null for
 * changes that the schema has no words for.
 */
export function nvidiaMessage(event: ZoneEvent, source: string): OutputMessage | null {
  const words = deepStreamWords(event);
  if (words === undefined) return null;
  const messageId = eventId(event, source);
  const { seen } = event;
  const { eventType, parkingSpot, unseenLabel } = words;
  const detection: Detection = {
    trackId: seen?.trackId ?? null,
    label: schemaLabel(seen?.label ?? unseenLabel),
    box: seen?.box ?? null,
    confidence: seen?.confidence ?? null,
    eventType,
    ...(parkingSpot === undefined ? {} : { parkingSpot }),
  };
  const frame = { sensor: event.sensor, timeMs: event.since.ms, detections: [detection] };
  const place = { id: '', name: event.zone, type: event.kind };
  const [body = ''] = encodeFull(frame, { uuid: () => messageId, place });
  return {
    body,
    properties: { type: event.type, zone: event.zone, sensor: event.sensor },
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    messageId,
  };
}

/** The schema knows vehicles and persons. */
function schemaLabel(label: string): string {
  const name = label.toLowerCase();
  if (['car', 'truck', 'bus', 'van', 'vehicle'].includes(name)) return 'vehicle';
  return name === 'person' ? 'person' : label;
}
