import * as z from 'zod';
import { inPlainWords, mistakeLine } from '../../document/mistake.ts';
import { duration, watchingFields, wholeNumber } from '../common/defaults.ts';
import { polygonField, polygonProblem } from '../common/polygon-field.ts';
import { inPixels, watching } from '../common/watching-zone.ts';
import type { TwinPart } from '../common/zone-kind.ts';
import type { AreaZone } from './types.ts';

/** Whoever walks through an area is in it for a second or two. */
const areaEnterAfterMs = 500;

const schema = z.strictObject({
  kind: z.literal('area').meta({ description: 'A region with objects in it.' }),
  ...watchingFields,
  polygon: polygonField,
  capacity: wholeNumber(1, 100_000)
    .optional()
    .meta({ description: 'The area is full with so many objects in it; without it, it never is.' }),
  dwellMs: duration(1_000)
    .optional()
    .meta({ description: 'A visit this long raises `area.dwell`; without it, none does.' }),
});

/** An area in the twin. */
export const areaTwin = {
  kind: 'area',
  marker: undefined,
  schema,
  parse(name, value, defaults) {
    const parsed = schema.safeParse(value, inPlainWords);
    if (!parsed.success) return mistakeLine(parsed.error);
    const { polygon: corners, capacity = null, dwellMs = null, ...rest } = parsed.data;
    const polygon = inPixels(corners, rest, defaults);
    return (
      polygonProblem(polygon) ?? {
        ...watching(name, rest, defaults, { named: defaults.area, enterAfterMs: areaEnterAfterMs }),
        kind: 'area',
        polygon,
        capacity,
        dwellMs,
      }
    );
  },
} satisfies TwinPart<AreaZone>;
