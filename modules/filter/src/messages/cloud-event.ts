import { createHash } from 'node:crypto';
import type { OutputMessage } from '@companion/edge';
import type { FilterCloudEvent, Moment, Visit, ZoneEvent } from '@companion/occupancy';

/** CloudEvents' `source` of a module. */
export function eventSource(device: string, module: string): string {
  return `/devices/${encodeURIComponent(device)}/modules/${encodeURIComponent(module)}`;
}

/** Writes a change as a CloudEvent. The same change from the same source always has the same id. */
export function cloudEvent(event: ZoneEvent, source: string): FilterCloudEvent {
  const time = instant(event.since);
  const envelope = {
    specversion: '1.0',
    id: eventId(source, event, time),
    source,
    subject: event.kind === 'sensor' ? event.sensor || '(none)' : event.zone,
    time,
    datacontenttype: 'application/json',
  } as const;
  const { zone, sensor } = event;
  switch (event.kind) {
    case 'spot': {
      const { type, state, previous, totals } = event;
      return { ...envelope, type, data: { zone, sensor, state, previous, ...seenFields(event), totals } };
    }
    case 'area': {
      const { type, state, previous, totals } = event;
      const visit = event.visit === null ? {} : { visit: visitData(event.visit) };
      return { ...envelope, type, data: { zone, sensor, state, previous, ...seenFields(event), ...visit, totals } };
    }
    case 'line': {
      const { type, state, previous, totals } = event;
      return { ...envelope, type, data: { zone, sensor, state, previous, ...seenFields(event), totals } };
    }
    case 'sensor': {
      const { type, state, previous, totals } = event;
      return { ...envelope, type, data: { sensor, state, previous, ...seenFields(event), totals } };
    }
  }
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
export function eventId(source: string, event: ZoneEvent, time: string): string {
  const parts = [source, event.kind === 'sensor' ? event.sensor : event.zone, event.type, time, ...ordinal(event)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** Several can enter an area or cross a line at one time; the counters tell them apart. */
function ordinal(event: ZoneEvent): readonly string[] {
  if (event.kind === 'line') return [`${event.totals.in}`, `${event.totals.out}`];
  if (event.kind === 'area') return [event.visit?.id ?? '', `${event.totals.entered}`, `${event.totals.exited}`];
  return [];
}

function instant(moment: Moment): string {
  return new Date(moment.ms).toISOString();
}

function visitData({ id, from, durationMs, end }: Visit) {
  return { id, from: instant(from), durationMs, ...(end === undefined ? {} : { end }) };
}

function seenFields({ since, previousSince, seen }: ZoneEvent) {
  return {
    since: instant(since),
    previousSince: previousSince && instant(previousSince),
    class: seen?.label ?? null,
    confidence: seen?.confidence ?? null,
    box: seen?.box ?? null,
    ...(seen?.trackId == null ? {} : { trackId: seen.trackId }),
    clock: since.clock,
  };
}
