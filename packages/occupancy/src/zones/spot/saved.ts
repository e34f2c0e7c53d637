import * as z from 'zod';
import { savedBox, savedMoment, savedSighting, savedWatching } from '../common/saved-fields.ts';

/** A spot in a checkpoint. */
export const savedSpotZone = z.object({
  kind: z.literal('spot'),
  ...savedWatching,
  polygon: z.array(z.number()),
  cover: z.enum(['anchor', 'overlap', 'either']),
});

/** What a checkpoint remembers of a spot. */
export const savedSpotState = z.object({
  occupancy: z.enum(['unknown', 'occupied', 'empty']),
  since: savedMoment.nullable(),
  standing: z
    .object({
      from: savedMoment,
      last: savedMoment,
      sightings: z.number(),
      misses: z.number(),
      box: savedBox,
      strays: z.number(),
    })
    .nullable(),
  absentFrom: savedMoment.nullable(),
  absentFrames: z.number(),
  witnessed: z.number(),
  bareMs: z.number(),
  lookedMs: z.number().nullable(),
  blindFromMs: z.number().nullable(),
  // Missing in checkpoints of 0.1.
  hiddenFromMs: z.number().nullable().default(null),
  unconfirmedFromMs: z.number().nullable().default(null),
  parked: savedBox.nullable(),
  seen: savedSighting.nullable(),
});
