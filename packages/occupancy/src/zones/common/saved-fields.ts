/* How checkpoints hold what the kinds share. Unknown fields are left out: a newer version may have written them. */
import * as z from 'zod';
import { knownConfidence } from '../../model/sighting.ts';

/** A time of a sensor. */
export const savedMoment = z.object({ ms: z.number(), clock: z.enum(['device', 'received']) });
/** A box. */
export const savedBox = z.object({ left: z.number(), top: z.number(), right: z.number(), bottom: z.number() });
/** A confidence. Older versions kept the 0 that DeepStream sends for none. */
export const savedConfidence = z.number().nullable().transform(knownConfidence);
/** A detection that zones can use. */
export const savedSighting = z.object({
  label: z.string(),
  confidence: savedConfidence,
  box: savedBox,
  trackId: z.string().nullable(),
});
/** What every zone has that looks at detections. */
export const savedWatching = {
  name: z.string(),
  sensor: z.string(),
  classes: z.array(z.string()),
  minConfidence: z.number(),
  enterAfterMs: z.number(),
  leaveAfterMs: z.number(),
  staleAfterMs: z.number(),
  silence: z.enum(['unknown', 'empty', 'keep']),
  staysEmpty: z.boolean().exactOptional(),
};
