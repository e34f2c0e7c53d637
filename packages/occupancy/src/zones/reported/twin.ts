import * as z from 'zod';
import { inPlainWords, mistakeLine } from '../../document/mistake.ts';
import type { TwinPart } from '../common/zone-kind.ts';
import type { ReportedSpotZone } from './types.ts';

const schema = z.strictObject({
  kind: z.literal('spot').meta({ description: 'A spot whose state DeepStream sends itself.' }),
  parkingSpot: z.string().min(1).max(256).meta({ description: "DeepStream's name of the spot." }),
  sensor: z.string().max(256).optional().meta({ description: 'The camera, where two cameras use one name of a spot.' }),
});

/** A spot that DeepStream reports, in the twin: of kind spot as well, and known by its `parkingSpot`. */
export const reportedTwin = {
  kind: 'spot',
  marker: 'parkingSpot',
  schema,
  parse(name, value) {
    const parsed = schema.safeParse(value, inPlainWords);
    if (!parsed.success) return mistakeLine(parsed.error);
    const { parkingSpot, sensor = null } = parsed.data;
    return { kind: 'reported', name, sensor, parkingSpot };
  },
} satisfies TwinPart<ReportedSpotZone>;
