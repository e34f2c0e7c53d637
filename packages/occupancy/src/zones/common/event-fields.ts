/* The fields that the events and views of all kinds share, as schemas and as data. */
import * as z from 'zod';
import type { Happening } from '../../model/happening.ts';
import type { Moment } from '../../model/moment.ts';

/** A time on the wire. */
export const instantSchema = z.iso.datetime({ precision: 3 });
/** A counter on the wire. */
export const countSchema = z.int().min(0);
/** What a time on the wire rests on. */
export const clockSchema = z
  .enum(['device', 'received'])
  .meta({ description: "What `since` rests on: DeepStream's stamp, or the moment of receipt where that can't be." });

const boxSchema = z.strictObject({ left: z.number(), top: z.number(), right: z.number(), bottom: z.number() }).meta({
  description:
    "In the units of the messages: pixels of the source's own resolution, or of streammux's with `msg2p-new-api=1`.",
});

/** The zone of an event. */
export const zoneNameSchema = z.string().min(1).meta({ description: 'The name of the zone in the module twin.' });
/** The sensor of an event. */
export const sensorNameSchema = z.string().meta({ description: "DeepStream's name of the camera." });

/** What all events say of the change. */
export const changeFields = {
  since: instantSchema.meta({
    description: 'When it happened: the state began, the visit began or ended, the line was crossed.',
  }),
  previousSince: instantSchema
    .nullable()
    .meta({ description: 'When the previous state began; null if none was known.' }),
  class: z
    .string()
    .nullable()
    .meta({ description: 'The label of what came, stood, left or crossed; null if none did.' }),
  confidence: z
    .number()
    .gt(0)
    .max(1)
    .nullable()
    .meta({ description: 'Null if DeepStream gave none: it then sends 0 or -0.1. Never 0.' }),
  box: boxSchema.nullable(),
  trackId: z.string().optional().meta({ description: "The tracker's id; absent for untracked objects." }),
  clock: clockSchema,
};

/** What CloudEvents says around the data. */
export const envelopeFields = {
  specversion: z.literal('1.0'),
  id: z.string().min(1).meta({ description: 'The same for the same change, so that duplicates can be dropped.' }),
  source: z.string().regex(/^\/devices\/[^/]+\/modules\/[^/]+$/),
  subject: z
    .string()
    .min(1)
    .meta({ description: 'The zone; for sensors, the sensor ("(none)" for one without a name).' }),
  time: instantSchema.meta({ description: 'When it happened, in event time; the same as data.since.' }),
  datacontenttype: z.literal('application/json'),
};

/** What all views say of a zone. */
export const viewFields = {
  zone: z.string().min(1),
  sensor: z.string(),
  since: instantSchema.nullable().meta({ description: 'Null before the first determination.' }),
  clock: clockSchema.nullable(),
};

/** A moment as it leaves. */
export function instant(moment: Moment): string {
  return new Date(moment.ms).toISOString();
}

/** What all events say of the change, as it leaves. */
export function changeData({ state, previous, since, previousSince, seen }: Happening<string>): object {
  return {
    state,
    previous,
    since: instant(since),
    previousSince: previousSince && instant(previousSince),
    class: seen?.label ?? null,
    confidence: seen?.confidence ?? null,
    box: seen?.box ?? null,
    ...(seen?.trackId == null ? {} : { trackId: seen.trackId }),
    clock: since.clock,
  };
}
