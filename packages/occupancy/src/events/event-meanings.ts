import { sensorEventMeanings } from '../sensor/sensor-event.ts';
import { zoneKinds } from '../zones/registry.ts';

/** What each type of event says, for the reference. */
export function eventMeanings(): ReadonlyMap<string, string> {
  const ofZones = Object.values(zoneKinds).flatMap(({ documentation }) => Object.entries<string>(documentation.events));
  return new Map([...ofZones, ...Object.entries(sensorEventMeanings)]);
}
