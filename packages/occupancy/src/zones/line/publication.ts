import * as z from 'zod';
import {
  changeData,
  changeFields,
  countSchema,
  envelopeFields,
  sensorNameSchema,
  viewFields,
  zoneNameSchema,
} from '../common/event-fields.ts';
import type { Publication } from '../common/publication.ts';
import type { LineEvent, LineView } from './types.ts';

const state = z.enum(['none', 'in', 'out']);
const totals = z
  .strictObject({ in: countSchema, out: countSchema })
  .meta({ description: 'Of the line, after this event.' });

/** How lines leave the module. */
export const linePublication = {
  eventSchema: z.strictObject({
    ...envelopeFields,
    type: z.literal('line.crossed'),
    data: z.strictObject({
      zone: zoneNameSchema,
      sensor: sensorNameSchema,
      state,
      previous: state,
      ...changeFields,
      totals,
    }),
  }),
  viewSchema: z.strictObject({ ...viewFields, kind: z.literal('line'), state, totals }),
  eventData: (event) => ({ zone: event.zone, sensor: event.sensor, ...changeData(event), totals: event.totals }),
  /** Several can cross at one time; the counters tell them apart. */
  eventOrdinal: ({ totals: { in: inwards, out } }) => [`${inwards}`, `${out}`],
  viewTotals: (view) => ({ totals: { ...view.totals } }),
  deepStreamWords: ({ state: way }) => ({ eventType: way === 'in' ? 'entry' : 'exit', unseenLabel: '' }),
} satisfies Publication<LineEvent, LineView>;
