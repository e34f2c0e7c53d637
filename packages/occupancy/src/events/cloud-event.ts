/* Events and views as they leave, but for the hash that makes an event's id: that is the caller's. */
import type { ZoneEvent } from '../pipeline/pipeline.ts';
import { sensorPublication } from '../sensor/sensor-event.ts';
import type { SensorView } from '../sensor/sensor.ts';
import { instant } from '../zones/common/event-fields.ts';
import type { DeepStreamWords, EventPublication } from '../zones/common/publication.ts';
import type { ZoneView } from '../zones/kinds.ts';
import { kindOf } from '../zones/registry.ts';
import type { FilterCloudEvent } from './event-schema.ts';
import type { SnapshotCloudEvent } from './snapshot-schema.ts';

/** A zone in a snapshot. */
export type ZoneEntry = SnapshotCloudEvent['data']['zones'][number];
/** A sensor in a snapshot. */
export type SensorEntry = SnapshotCloudEvent['data']['sensors'][number];

/** Writes a change as a CloudEvent; `id` is made of `eventKey`. */
export function cloudEventOf(event: ZoneEvent, { source, id }: { source: string; id: string }): FilterCloudEvent {
  // The schemas of the kinds, which the tests hold against what is really sent, say that this is so.
  return {
    specversion: '1.0',
    id,
    source,
    subject: event.zone || event.sensor || '(none)',
    time: instant(event.since),
    datacontenttype: 'application/json',
    type: event.type,
    data: publicationOf(event).eventData(event),
  } as FilterCloudEvent;
}

/** What makes a change this one: the same change from the same source always has the same key. */
export function eventKey(event: ZoneEvent, source: string): readonly string[] {
  return [
    source,
    event.zone || event.sensor,
    event.type,
    instant(event.since),
    ...publicationOf(event).eventOrdinal(event),
  ];
}

/** What DeepStream's full schema says of a change; undefined where it has no words for it. */
export function deepStreamWords(event: ZoneEvent): DeepStreamWords | undefined {
  return publicationOf(event).deepStreamWords(event);
}

/** A zone as snapshots and the method `stats` show it. */
export function zoneEntry(view: ZoneView): ZoneEntry {
  const { zone, kind, sensor, state, since } = view;
  const time = { since: since && instant(since), clock: since?.clock ?? null };
  // As with events.
  return { zone, kind, sensor, state, ...time, ...kindOf(kind).publication.viewTotals(view) } as ZoneEntry;
}

/** A sensor as snapshots show it. */
export function sensorEntry({ sensor, state, at, lagMs, frames, dropped, emptyFrames }: SensorView): SensorEntry {
  return { sensor, state, at: instant(at), clock: at.clock, lagMs, frames, dropped, emptyFrames };
}

function publicationOf(event: ZoneEvent): EventPublication<ZoneEvent> {
  if (event.kind === 'sensor') return sensorPublication;
  return kindOf(event.kind).publication;
}
