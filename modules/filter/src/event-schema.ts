import { z } from 'zod';

const instant = z.iso.datetime({ precision: 3 });
const occupancy = z.enum(['unknown', 'occupied', 'empty']);
const count = z.int().min(0);

const boxSchema = z
  .strictObject({ left: z.number(), top: z.number(), right: z.number(), bottom: z.number() })
  .meta({ description: 'In the units of the messages, as a rule pixels of the streammux resolution.' });

const parkingSchema = z.strictObject({
  zone: z.string().meta({ description: 'The name of the spot in the module twin.' }),
  sensor: z.string().meta({ description: "DeepStream's name of the camera." }),
  state: occupancy,
  previous: occupancy,
  since: instant.meta({
    description: 'When the state began: the vehicle came to stand, was gone, or the sensor was given up.',
  }),
  previousSince: instant.nullable().meta({ description: 'When the previous state began; null if none was known.' }),
  class: z
    .string()
    .nullable()
    .meta({ description: 'The label of the vehicle that came, stood or left; null if none did.' }),
  confidence: z.number().min(0).max(1).nullable().meta({ description: 'Null if DeepStream gave none.' }),
  box: boxSchema.nullable(),
  trackId: z.string().optional().meta({ description: "The tracker's id; absent for untracked vehicles." }),
  clock: z
    .enum(['device', 'received'])
    .meta({ description: "What `since` rests on: DeepStream's stamp, or the moment of receipt where that can't be." }),
  totals: z
    .strictObject({ occupied: count, empty: count, unknown: count, spots: count })
    .meta({ description: 'All spots of the module, after this event.' }),
});

/** What leaves on output `events`: CloudEvents 1.0 in JSON. schemas/event.schema.json says the same to those without zod. */
export const eventSchema = z
  .strictObject({
    specversion: z.literal('1.0'),
    id: z.string().min(1).meta({ description: 'The same for the same change, so that duplicates can be dropped.' }),
    source: z.string().regex(/^\/devices\/[^/]+\/modules\/[^/]+$/),
    type: z.enum(['parking.parked', 'parking.empty', 'parking.unknown']),
    subject: z.string().min(1).meta({ description: 'The zone.' }),
    time: instant.meta({ description: 'When it happened, in event time; the same as data.since.' }),
    datacontenttype: z.literal('application/json'),
    data: parkingSchema,
  })
  .meta({ title: "An event of the filter module, on output 'events'" });

/** An event as receivers see it. */
export type ParkingCloudEvent = z.infer<typeof eventSchema>;
