import * as z from 'zod';

const instant = z.iso.datetime({ precision: 3 });
const count = z.int().min(0);
const occupancy = z.enum(['unknown', 'occupied', 'empty']);
const availability = z.enum(['unknown', 'available', 'full']);
const direction = z.enum(['none', 'in', 'out']);
const liveness = z.enum(['alive', 'lost']);
const clock = z
  .enum(['device', 'received'])
  .meta({ description: "What `since` rests on: DeepStream's stamp, or the moment of receipt where that can't be." });

const boxSchema = z
  .strictObject({ left: z.number(), top: z.number(), right: z.number(), bottom: z.number() })
  .meta({ description: 'In the units of the messages, as a rule pixels of the streammux resolution.' });

/** The counters that events and snapshots share. */
export const totalsSchemas = {
  spots: z
    .strictObject({ occupied: count, empty: count, unknown: count, spots: count })
    .meta({ description: 'All spots of the module, after this event.' }),
  area: z
    .strictObject({ count, entered: count, exited: count, capacity: count.nullable() })
    .meta({ description: 'Of the area, after this event: who is in it, and all who ever came and went.' }),
  line: z.strictObject({ in: count, out: count }).meta({ description: 'Of the line, after this event.' }),
  sensors: z.strictObject({ sensors: count, lost: count }).meta({ description: 'Sensors with zones that were heard.' }),
};

/** The states that events and snapshots share. */
export const stateSchemas = { occupancy, availability, direction, liveness, clock, instant };

const zone = z.string().min(1).meta({ description: 'The name of the zone in the module twin.' });
const sensor = z.string().meta({ description: "DeepStream's name of the camera." });

const seenFields = {
  since: instant.meta({
    description: 'When it happened: the state began, the visit began or ended, the line was crossed.',
  }),
  previousSince: instant.nullable().meta({ description: 'When the previous state began; null if none was known.' }),
  class: z
    .string()
    .nullable()
    .meta({ description: 'The label of what came, stood, left or crossed; null if none did.' }),
  confidence: z.number().min(0).max(1).nullable().meta({ description: 'Null if DeepStream gave none.' }),
  box: boxSchema.nullable(),
  trackId: z.string().optional().meta({ description: "The tracker's id; absent for untracked objects." }),
  clock,
};

const visitSchema = z
  .strictObject({
    id: z.string().min(1).meta({ description: 'The same in `entered`, `dwell` and `exited` of one visit.' }),
    from: instant,
    durationMs: z.number().min(0),
    end: z.enum(['left', 'lost', 'removed']).optional().meta({ description: 'In `area.exited` only.' }),
  })
  .meta({ description: 'Absent where the event is of no single visit.' });

const parkingData = z.strictObject({
  zone,
  sensor,
  state: occupancy,
  previous: occupancy,
  ...seenFields,
  totals: totalsSchemas.spots,
});
const areaData = z.strictObject({
  zone,
  sensor,
  state: availability,
  previous: availability,
  ...seenFields,
  visit: visitSchema.optional(),
  totals: totalsSchemas.area,
});
const lineData = z.strictObject({
  zone,
  sensor,
  state: direction,
  previous: direction,
  ...seenFields,
  totals: totalsSchemas.line,
});
const sensorData = z.strictObject({
  sensor,
  state: liveness,
  previous: liveness,
  ...seenFields,
  totals: totalsSchemas.sensors,
});

const envelope = {
  specversion: z.literal('1.0'),
  id: z.string().min(1).meta({ description: 'The same for the same change, so that duplicates can be dropped.' }),
  source: z.string().regex(/^\/devices\/[^/]+\/modules\/[^/]+$/),
  subject: z
    .string()
    .min(1)
    .meta({ description: 'The zone; for sensors, the sensor ("(none)" for one without a name).' }),
  time: instant.meta({ description: 'When it happened, in event time; the same as data.since.' }),
  datacontenttype: z.literal('application/json'),
};

/** What leaves on output `events`: CloudEvents 1.0 in JSON. schemas/event.schema.json says the same to those without zod. */
export const eventSchema = z
  .discriminatedUnion('type', [
    z.strictObject({
      ...envelope,
      type: z.enum(['parking.parked', 'parking.empty', 'parking.unknown']),
      data: parkingData,
    }),
    z.strictObject({
      ...envelope,
      type: z.enum(['area.entered', 'area.exited', 'area.dwell', 'area.count', 'area.full', 'area.available']),
      data: areaData,
    }),
    z.strictObject({ ...envelope, type: z.literal('line.crossed'), data: lineData }),
    z.strictObject({ ...envelope, type: z.enum(['sensor.lost', 'sensor.restored']), data: sensorData }),
  ])
  .meta({ title: "An event of the filter module, on output 'events'" });

/** An event as receivers see it. */
export type FilterCloudEvent = z.infer<typeof eventSchema>;
