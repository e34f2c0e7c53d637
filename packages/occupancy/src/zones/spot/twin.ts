import * as z from 'zod';
import { inPlainWords, mistakeLine } from '../../document/mistake.ts';
import { coverSchema, watchingFields } from '../common/defaults.ts';
import { polygonField, polygonProblem } from '../common/polygon-field.ts';
import { inPixels, watching } from '../common/watching-zone.ts';
import type { TwinPart } from '../common/zone-kind.ts';
import type { SpotZone } from './types.ts';

const schema = z.strictObject({
  kind: z.literal('spot').meta({ description: 'A place for one vehicle.' }),
  ...watchingFields,
  polygon: polygonField,
  cover: coverSchema.optional(),
});

/** A spot in the twin. */
export const spotTwin = {
  kind: 'spot',
  marker: undefined,
  schema,
  parse(name, value, defaults) {
    const parsed = schema.safeParse(value, inPlainWords);
    if (!parsed.success) return mistakeLine(parsed.error);
    const { polygon: corners, cover = defaults.cover, ...rest } = parsed.data;
    const polygon = inPixels(corners, rest, defaults);
    return (
      polygonProblem(polygon) ?? {
        ...watching(name, rest, defaults, { named: defaults.spot }),
        kind: 'spot',
        polygon,
        cover,
      }
    );
  },
} satisfies TwinPart<SpotZone>;
