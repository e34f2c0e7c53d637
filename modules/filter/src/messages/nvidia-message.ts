import { encodeFull, type Detection } from '@companion/deepstream/message';
import type { OutputMessage } from '@companion/edge';
import { eventId } from './cloud-event.ts';
import type { ZoneEvent, ZoneEventType } from '@companion/occupancy';

/** What DeepStream's full schema calls our events; it has no words for the others. */
const nvidiaTypes: Partial<Record<ZoneEventType, 'parked' | 'empty' | 'entry' | 'exit'>> = {
  'parking.parked': 'parked',
  'parking.empty': 'empty',
  'area.entered': 'entry',
  'area.exited': 'exit',
};

/**
 * Writes a change in DeepStream's own full schema, for back ends made for it: parked and empty with
 * `place.parkingSpot.id` (the zone's name), entry and exit with the area's or line's name as `place.name`. Null for
 * changes that the schema has no words for.
 */
export function nvidiaMessage(event: ZoneEvent, source: string): OutputMessage | null {
  const eventType = nvidiaType(event);
  if (eventType === undefined) return null;
  const messageId = eventId(source, event, new Date(event.since.ms).toISOString());
  const { seen } = event;
  const detection: Detection = {
    trackId: seen?.trackId ?? null,
    label: schemaLabel(event),
    box: seen?.box ?? null,
    confidence: seen?.confidence ?? null,
    eventType,
    ...(event.kind === 'spot' ? { parkingSpot: event.zone } : {}),
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

function nvidiaType(event: ZoneEvent): 'parked' | 'empty' | 'entry' | 'exit' | undefined {
  if (event.kind === 'line') return event.state === 'in' ? 'entry' : 'exit';
  return nvidiaTypes[event.type];
}

/** The schema knows vehicles and persons; a spot that was found empty had no vehicle to show, and is one's place all the same. */
function schemaLabel({ kind, seen }: ZoneEvent): string {
  const label = seen?.label.toLowerCase() ?? (kind === 'spot' ? 'vehicle' : '');
  if (['car', 'truck', 'bus', 'van', 'vehicle'].includes(label)) return 'vehicle';
  return label === 'person' ? 'person' : (seen?.label ?? label);
}
