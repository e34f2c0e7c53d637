import { createHash } from 'node:crypto';
import type { OutputMessage } from '@companion/edge';
import {
  sensorEntry,
  zoneEntry,
  type SensorEntry,
  type Snapshot,
  type SnapshotCloudEvent,
  type ZoneEntry,
} from '@companion/occupancy';

/** Why a snapshot is taken. */
export type SnapshotReason = SnapshotCloudEvent['data']['reason'];

/** A message of IoT Hub holds 256 KiB with its properties; one just below it is acknowledged and dropped. */
const maxBodyBytes = 200 * 1_024;

/** Writes a snapshot as CloudEvents, as many as its size needs. */
export function snapshotEvents(
  snapshot: Snapshot,
  { source, reason, maxBytes = maxBodyBytes }: { source: string; reason: SnapshotReason; maxBytes?: number },
): readonly SnapshotCloudEvent[] {
  const time = new Date(snapshot.atMs).toISOString();
  const id = createHash('sha256')
    .update(JSON.stringify([source, 'snapshot', time, reason]))
    .digest('hex')
    .slice(0, 32);
  const parts = split(snapshot, maxBytes - envelopeBytes - Buffer.byteLength(source));
  return parts.map(({ zones, sensors }, index) => ({
    specversion: '1.0',
    id: `${id}-${index + 1}`,
    source,
    type: 'zones.snapshot',
    subject: 'zones',
    time,
    datacontenttype: 'application/json',
    data: { snapshot: id, part: index + 1, parts: parts.length, reason, totals: snapshot.totals, zones, sensors },
  }));
}

/** Puts a part of a snapshot into a message for output `snapshots`. */
export function snapshotMessage(event: SnapshotCloudEvent): OutputMessage {
  return {
    body: JSON.stringify(event),
    properties: { type: event.type, part: `${event.data.part}`, parts: `${event.data.parts}` },
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    messageId: event.id,
  };
}

/** What stands around the entries of a part, generously. */
const envelopeBytes = 1_024;

interface Part {
  readonly zones: ZoneEntry[];
  readonly sensors: SensorEntry[];
}

function split(snapshot: Snapshot, maxBytes: number): readonly Part[] {
  let part: Part = { zones: [], sensors: [] };
  const parts: Part[] = [part];
  let sizeBytes = 0;
  const room = (entry: ZoneEntry | SensorEntry): Part => {
    const entryBytes = Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (sizeBytes > 0 && sizeBytes + entryBytes > maxBytes) {
      part = { zones: [], sensors: [] };
      parts.push(part);
      sizeBytes = 0;
    }
    sizeBytes += entryBytes;
    return part;
  };
  for (const entry of snapshot.zones.map(zoneEntry)) room(entry).zones.push(entry);
  for (const entry of snapshot.sensors.map(sensorEntry)) room(entry).sensors.push(entry);
  return parts;
}
