import * as z from 'zod';
import { savedMoment, savedSighting, savedWatching } from '../common/saved-fields.ts';

const availability = z.enum(['unknown', 'available', 'full']);

/** An area in a checkpoint. */
export const savedAreaZone = z.object({
  kind: z.literal('area'),
  ...savedWatching,
  polygon: z.array(z.number()),
  capacity: z.number().nullable(),
  dwellMs: z.number().nullable(),
});

/** What a checkpoint remembers of an area. */
export const savedAreaState = z.object({
  state: availability,
  since: savedMoment.nullable(),
  entered: z.number(),
  exited: z.number(),
  settledCount: z.number(),
  unsettledFrom: savedMoment.nullable(),
  stays: z.array(
    z.object({
      track: z.number(),
      from: savedMoment,
      last: savedMoment,
      seen: savedSighting,
      sightings: z.number(),
      entered: z.boolean(),
      dwelt: z.boolean(),
      outside: z.number().exactOptional(),
    }),
  ),
});

/** An event of an area in a checkpoint. */
export const savedAreaEvent = z.object({
  kind: z.literal('area'),
  type: z.enum(['area.entered', 'area.exited', 'area.dwell', 'area.count', 'area.full', 'area.available']),
  zone: z.string(),
  sensor: z.string(),
  state: availability,
  previous: availability,
  since: savedMoment,
  previousSince: savedMoment.nullable(),
  seen: savedSighting.nullable(),
  visit: z
    .object({
      id: z.string(),
      from: savedMoment,
      durationMs: z.number(),
      end: z.exactOptional(z.enum(['left', 'lost', 'removed'])),
    })
    .nullable(),
  totals: z.object({
    count: z.number(),
    entered: z.number(),
    exited: z.number(),
    capacity: z.number().nullable(),
  }),
});
