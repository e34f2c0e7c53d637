import * as z from 'zod';
import { sensorPublication } from '../sensor/sensor-event.ts';
import { zoneKinds } from '../zones/registry.ts';

type EventSchema =
  (typeof zoneKinds)[keyof typeof zoneKinds]['publication']['eventSchema'] | typeof sensorPublication.eventSchema;

/** Kinds that look the same from outside share a schema. */
const ofZones = new Set(Object.values(zoneKinds).map(({ publication }): EventSchema => publication.eventSchema));
const schemas: EventSchema[] = [...ofZones, sensorPublication.eventSchema];

/** What leaves on output `events`: CloudEvents 1.0 in JSON. schemas/event.schema.json says the same to those without zod. */
export const eventSchema = z
  .discriminatedUnion('type', schemas as [EventSchema, ...EventSchema[]])
  .meta({ title: "An event of the filter module, on output 'events'" });

/** An event as receivers see it. */
export type FilterCloudEvent = z.infer<typeof eventSchema>;
