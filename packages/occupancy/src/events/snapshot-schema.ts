import * as z from 'zod';
import { stateSchemas, totalsSchemas } from './event-schema.ts';

const { instant, clock, occupancy, availability, direction, liveness } = stateSchemas;

const view = {
  zone: z.string().min(1),
  sensor: z.string(),
  since: instant.nullable().meta({ description: 'Null before the first determination.' }),
  clock: clock.nullable(),
};

const zoneSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...view, kind: z.literal('spot'), state: occupancy }),
  z.strictObject({ ...view, kind: z.literal('area'), state: availability, totals: totalsSchemas.area }),
  z.strictObject({ ...view, kind: z.literal('line'), state: direction, totals: totalsSchemas.line }),
]);

const sensorSchema = z.strictObject({
  sensor: z.string(),
  state: liveness,
  at: instant.meta({ description: 'The newest time the sensor has got to.' }),
  clock,
  lagMs: z.number().meta({ description: "How far the module's own clock is ahead of the sensor's." }),
  frames: z.int().min(0),
  dropped: z.int().min(0).meta({ description: 'Frames that came too late, or twice.' }),
});

/** What leaves on output `snapshots`: one or more CloudEvents that belong together by `data.snapshot`. */
export const snapshotSchema = z
  .strictObject({
    specversion: z.literal('1.0'),
    id: z.string().min(1),
    source: z.string().regex(/^\/devices\/[^/]+\/modules\/[^/]+$/),
    type: z.literal('zones.snapshot'),
    subject: z.literal('zones'),
    time: instant.meta({ description: "When it was taken, by the module's own clock." }),
    datacontenttype: z.literal('application/json'),
    data: z.strictObject({
      snapshot: z.string().min(1).meta({ description: 'The same in all parts of one snapshot.' }),
      part: z.int().min(1),
      parts: z.int().min(1),
      reason: z.enum(['period', 'reconnect', 'method']),
      totals: totalsSchemas.spots,
      zones: z.array(zoneSchema),
      sensors: z.array(sensorSchema),
    }),
  })
  .meta({ title: "A part of a snapshot of the filter module, on output 'snapshots'" });

/** A part of a snapshot as receivers see it. */
export type SnapshotCloudEvent = z.infer<typeof snapshotSchema>;
