import * as z from 'zod';
import { savedMoment, savedSighting } from '../common/saved-fields.ts';

/** A reported spot in a checkpoint. */
export const savedReportedZone = z.object({
  kind: z.literal('reported'),
  name: z.string(),
  sensor: z.string().nullable(),
  parkingSpot: z.string(),
});

/** What a checkpoint remembers of a reported spot. */
export const savedReportedState = z.object({
  occupancy: z.enum(['unknown', 'occupied', 'empty']),
  since: savedMoment.nullable(),
  lastMs: z.number().nullable(),
  sensor: z.string().nullable(),
  seen: savedSighting.nullable(),
});
