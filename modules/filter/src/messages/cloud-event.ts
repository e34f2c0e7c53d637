import { createHash } from 'node:crypto';
import type { OutputMessage } from '@companion/edge';
import { cloudEventOf, eventKey, type FilterCloudEvent, type ZoneEvent } from '@companion/occupancy';

/** CloudEvents' `source` of a module. */
export function eventSource(device: string, module: string): string {
  return `/devices/${encodeURIComponent(device)}/modules/${encodeURIComponent(module)}`;
}

/** Writes a change as a CloudEvent. The same change from the same source always has the same id. */
export function cloudEvent(event: ZoneEvent, source: string): FilterCloudEvent {
  return cloudEventOf(event, { source, id: eventId(event, source) });
}

/** Puts an event into a message that routes and IoT Hub's queries can select by its properties and look into. */
export function eventMessage(event: FilterCloudEvent): OutputMessage {
  const zone = 'zone' in event.data ? { zone: event.data.zone } : {};
  return {
    body: JSON.stringify(event),
    properties: { type: event.type, ...zone, sensor: event.data.sensor },
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    messageId: event.id,
  };
}

/** The id of a change: 32 hexadecimal digits, because zone names may hold what IoT Hub forbids in message ids. */
export function eventId(event: ZoneEvent, source: string): string {
  return createHash('sha256')
    .update(JSON.stringify(eventKey(event, source)))
    .digest('hex')
    .slice(0, 32);
}
