import * as z from 'zod';
import { livenessSchema } from '../sensor/sensor-event.ts';
import { clockSchema, instantSchema } from '../zones/common/event-fields.ts';
import { zoneKinds } from '../zones/registry.ts';
import { spotTotalsSchema } from '../zones/spot/index.ts';

type ViewSchema = (typeof zoneKinds)[keyof typeof zoneKinds]['publication']['viewSchema'];

/** Kinds that look the same from outside share a schema. */
const views = [...new Set(Object.values(zoneKinds).map(({ publication }): ViewSchema => publication.viewSchema))];

const sensorSchema = z.strictObject({
  sensor: z.string(),
  state: livenessSchema,
  at: instantSchema.meta({ description: 'The newest time the sensor has got to.' }),
  clock: clockSchema,
  lagMs: z.number().meta({ description: "How far the module's own clock is ahead of the sensor's." }),
  frames: z.int().min(0),
  dropped: z.int().min(0).meta({ description: 'Frames that came too late, or twice.' }),
  emptyFrames: z.boolean().optional().meta({
    description:
      'Whether it is known to send frames without objects too: then an empty frame is an empty scene, and silence is a loss.',
  }),
});

/** What leaves on output `snapshots`: one or more CloudEvents that belong together by `data.snapshot`. */
export const snapshotSchema = z
  .strictObject({
    specversion: z.literal('1.0'),
    id: z.string().min(1),
    source: z.string().regex(/^\/devices\/[^/]+\/modules\/[^/]+$/),
    type: z.literal('zones.snapshot'),
    subject: z.literal('zones'),
    time: instantSchema.meta({ description: "When it was taken, by the module's own clock." }),
    datacontenttype: z.literal('application/json'),
    data: z.strictObject({
      snapshot: z.string().min(1).meta({ description: 'The same in all parts of one snapshot.' }),
      part: z.int().min(1),
      parts: z.int().min(1),
      reason: z.enum(['period', 'reconnect', 'method']),
      totals: spotTotalsSchema,
      zones: z.array(z.discriminatedUnion('kind', views as [ViewSchema, ...ViewSchema[]])),
      sensors: z.array(sensorSchema),
    }),
  })
  .meta({ title: "A part of a snapshot of the filter module, on output 'snapshots'" });

/** A part of a snapshot as receivers see it. */
export type SnapshotCloudEvent = z.infer<typeof snapshotSchema>;
