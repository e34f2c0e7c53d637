import * as z from 'zod';
import { inPlainWords, mistakeLine, must } from '../../document/mistake.ts';
import { watchingFields } from '../common/defaults.ts';
import { inPixels, isNormalized, watching } from '../common/watching-zone.ts';
import type { TwinPart } from '../common/zone-kind.ts';
import type { LineZone } from './types.ts';

/** Lines shorter than this, in pixels, are slips of the pen. */
const minLength = 1;

const point = z.tuple([z.number(), z.number()], { error: must('be a list of two numbers, [x, y]') });
const schema = z.strictObject({
  kind: z.literal('line').meta({ description: 'A line that objects cross.' }),
  ...watchingFields,
  from: point.meta({ description: 'One end, [x, y].' }),
  to: point.meta({ description: 'The other end, [x, y]. `in` is to the right of from → to.' }),
  deadBand: z.number().min(0).optional().meta({
    description:
      "How near to the line nothing counts: pixels, or a share of the frame's width if normalized. Without it, 12 % of the diagonal of the object's box.",
  }),
});

/** A line in the twin. */
export const lineTwin = {
  kind: 'line',
  marker: undefined,
  schema,
  parse(name, value, defaults) {
    const parsed = schema.safeParse(value, inPlainWords);
    if (!parsed.success) return mistakeLine(parsed.error);
    const { from, to, deadBand, ...rest } = parsed.data;
    const [ax = 0, ay = 0, bx = 0, by = 0] = inPixels([...from, ...to], rest, defaults);
    const length = Math.hypot(bx - ax, by - ay);
    if (!(length >= minLength))
      return `to: must be at least ${minLength} pixel from "from", but is ${Number(length.toPrecision(3))}`;
    const band = deadBand === undefined ? null : deadBand * (isNormalized(rest, defaults) ? defaults.frameWidth : 1);
    return {
      ...watching(name, rest, defaults, { named: defaults.line }),
      kind: 'line',
      from: [ax, ay],
      to: [bx, by],
      deadBand: band,
    };
  },
} satisfies TwinPart<LineZone>;
