import * as z from 'zod';
import { savedMoment, savedWatching } from '../common/saved-fields.ts';

/** A line in a checkpoint. */
export const savedLineZone = z.object({
  kind: z.literal('line'),
  ...savedWatching,
  from: z.tuple([z.number(), z.number()]),
  to: z.tuple([z.number(), z.number()]),
  // Earlier versions made one of the line's length where the twin named none.
  deadBand: z.number().nullable(),
});

/** What a checkpoint remembers of a line. */
export const savedLineState = z.object({
  state: z.enum(['none', 'in', 'out']),
  since: savedMoment.nullable(),
  in: z.number(),
  out: z.number(),
  places: z.array(
    z.object({
      track: z.number(),
      side: z.union([z.literal(1), z.literal(-1)]),
      x: z.number(),
      y: z.number(),
      lastMs: z.number(),
      beyond: savedMoment.exactOptional(),
    }),
  ),
});
