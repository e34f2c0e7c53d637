import { createHash } from 'node:crypto';
import type { OutputMessage } from '@companion/edge';
import type { ParkingCloudEvent } from './event-schema.ts';
import type { ZoneEvent } from './pipeline/event.ts';

/** CloudEvents' `source` of a module. */
export function eventSource(device: string, module: string): string {
  return `/devices/${encodeURIComponent(device)}/modules/${encodeURIComponent(module)}`;
}

/** Writes a change of a zone as a CloudEvent. The same change from the same source always has the same id. */
export function cloudEvent(event: ZoneEvent, source: string): ParkingCloudEvent {
  const time = new Date(event.since.ms).toISOString();
  const { seen, previousSince } = event;
  return {
    specversion: '1.0',
    id: eventId(source, event.zone, event.type, time),
    source,
    type: event.type,
    subject: event.zone,
    time,
    datacontenttype: 'application/json',
    data: {
      zone: event.zone,
      sensor: event.sensor,
      state: event.state,
      previous: event.previous,
      since: time,
      previousSince: previousSince && new Date(previousSince.ms).toISOString(),
      class: seen?.label ?? null,
      confidence: seen?.confidence ?? null,
      box: seen?.box ?? null,
      ...(seen?.trackId == null ? {} : { trackId: seen.trackId }),
      clock: event.since.clock,
      totals: event.totals,
    },
  };
}

/** Puts an event into a message that routes and IoT Hub's queries can select by its properties and look into. */
export function eventMessage(event: ParkingCloudEvent): OutputMessage {
  return {
    body: JSON.stringify(event),
    properties: { type: event.type, zone: event.data.zone, sensor: event.data.sensor },
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    messageId: event.id,
  };
}

/** Zone names may hold what IoT Hub forbids in message ids, so the id is a digest: 32 hexadecimal digits. */
function eventId(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
