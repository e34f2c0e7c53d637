/* The fields of a zone in the twin, and what the twin says for all zones. */
import * as z from 'zod';
import { must } from '../../document/mistake.ts';

/** The longest duration that a twin may say. */
export const dayMs = 86_400_000;

/** `what`: the unit, where there is one. */
export function wholeNumber(least: number, most: number, what = '') {
  const error = must(`be a whole number${what} from ${least} to ${most}`);
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** Milliseconds up to a day. */
export function duration(leastMs: number) {
  return wholeNumber(leastMs, dayMs, ' of milliseconds');
}

const share = { error: must('be a number from 0 to 1') };
const rules = {
  classes: z
    .array(z.string().min(1).max(128))
    .min(1)
    .max(64)
    .meta({ description: 'Labels of the detections that count, without regard to case.' }),
  minConfidence: z.number(share).min(0, share).max(1, share).meta({
    description:
      'Detections below this confidence do not count; those without any do: DeepStream up to 7.0 sends 0 for all, and -0.1 for detectors that cluster.',
  }),
  enterAfterMs: duration(0).meta({ description: 'An object counts as there after so long.' }),
  leaveAfterMs: duration(100).meta({ description: 'An object counts as gone after so long.' }),
  staleAfterMs: duration(1_000).meta({ description: 'A sensor that is silent for so long is lost.' }),
  silence: z.enum(['unknown', 'empty', 'keep']).meta({
    description:
      'What a lost sensor makes of its spots; `keep` leaves them as they are. Without it, occupied spots become unknown, and empty ones stay empty, unconfirmed, for 12 hours at most.',
  }),
  units: z
    .enum(['pixel', 'normalized'])
    .meta({ description: 'The units of coordinates; normalized is from 0 to 1 of the frame.' }),
};

/** How a vehicle takes a spot. */
export const coverSchema = z.enum(['anchor', 'overlap', 'either']).meta({
  description: 'How a vehicle takes a spot: with the middle of its lower edge, with its area, or either of both.',
});

/** What the twin may say for all zones of one kind. */
const kindDefaults = z.strictObject({
  classes: rules.classes.optional(),
  minConfidence: rules.minConfidence.optional(),
  enterAfterMs: rules.enterAfterMs.optional(),
  leaveAfterMs: rules.leaveAfterMs.optional(),
  staleAfterMs: rules.staleAfterMs.optional(),
  silence: rules.silence.optional(),
});

/** What the twin says for all zones of one kind. */
export type KindDefaults = z.infer<typeof kindDefaults>;

/** What the twin says for all zones, each of which may say otherwise for itself. */
export const defaultsSchema = z.strictObject({
  classes: rules.classes.default(['Car', 'Truck', 'Bus', 'Van']),
  minConfidence: rules.minConfidence.default(0.3),
  enterAfterMs: rules.enterAfterMs.optional().meta({
    description: 'An object counts as there after so long. Without it, 2000 for spots and 500 for areas.',
  }),
  leaveAfterMs: rules.leaveAfterMs.default(8_000),
  staleAfterMs: rules.staleAfterMs.default(30_000),
  silence: rules.silence.optional(),
  cover: coverSchema.default('either'),
  units: rules.units.default('pixel'),
  frameWidth: wholeNumber(1, 100_000).default(1_920).meta({
    description:
      "Width of the frame in pixels, for normalized units: of what the boxes are pixels of, as a rule the source's own width (`sensors` may give it for single cameras).",
  }),
  frameHeight: wholeNumber(1, 100_000)
    .default(1_080)
    .meta({ description: 'Height of the frame in pixels, for normalized units.' }),
  spot: kindDefaults.optional().meta({ description: 'The same for spots alone; it goes before what is said for all.' }),
  area: kindDefaults.optional().meta({ description: 'The same for areas alone.' }),
  line: kindDefaults.optional().meta({ description: 'The same for lines alone.' }),
});

/** Defaults with nothing left out. */
export type Defaults = z.infer<typeof defaultsSchema>;

/** What every zone that looks at detections may say for itself. */
export const watchingFields = {
  sensor: z.string().max(256).meta({ description: "DeepStream's name of the camera." }),
  classes: rules.classes.optional(),
  minConfidence: rules.minConfidence.optional(),
  enterAfterMs: rules.enterAfterMs.optional(),
  leaveAfterMs: rules.leaveAfterMs.optional(),
  staleAfterMs: rules.staleAfterMs.optional(),
  silence: rules.silence.optional(),
  units: rules.units.optional(),
};

/** What a zone says for itself. */
export type WatchingFields = z.infer<z.ZodObject<typeof watchingFields>>;
