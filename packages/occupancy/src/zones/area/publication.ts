import * as z from 'zod';
import {
  changeData,
  changeFields,
  countSchema,
  envelopeFields,
  instant,
  instantSchema,
  sensorNameSchema,
  viewFields,
  zoneNameSchema,
} from '../common/event-fields.ts';
import type { Publication } from '../common/publication.ts';
import type { AreaEvent, AreaView, Visit } from './types.ts';

const state = z.enum(['unknown', 'available', 'full']);

const totals = z
  .strictObject({ count: countSchema, entered: countSchema, exited: countSchema, capacity: countSchema.nullable() })
  .meta({ description: 'Of the area, after this event: who is in it, and all who ever came and went.' });

const visit = z
  .strictObject({
    id: z.string().min(1).meta({ description: 'The same in `entered`, `dwell` and `exited` of one visit.' }),
    from: instantSchema,
    durationMs: z.number().min(0),
    end: z.enum(['left', 'lost', 'removed']).optional().meta({ description: 'In `area.exited` only.' }),
  })
  .meta({ description: 'Absent where the event is of no single visit.' });

/** How areas leave the module. */
export const areaPublication = {
  eventSchema: z.strictObject({
    ...envelopeFields,
    type: z.enum(['area.entered', 'area.exited', 'area.dwell', 'area.count', 'area.full', 'area.available']),
    data: z.strictObject({
      zone: zoneNameSchema,
      sensor: sensorNameSchema,
      state,
      previous: state,
      ...changeFields,
      visit: visit.optional(),
      totals,
    }),
  }),
  viewSchema: z.strictObject({ ...viewFields, kind: z.literal('area'), state, totals }),
  eventData: (event) => ({
    zone: event.zone,
    sensor: event.sensor,
    ...changeData(event),
    ...(event.visit === null ? {} : { visit: visitData(event.visit) }),
    totals: event.totals,
  }),
  /** Several can enter at one time; the counters tell them apart. */
  eventOrdinal: (event) => [event.visit?.id ?? '', `${event.totals.entered}`, `${event.totals.exited}`],
  viewTotals: (view) => ({ totals: { ...view.totals } }),
  deepStreamWords({ type }) {
    if (type === 'area.entered') return { eventType: 'entry', unseenLabel: '' };
    return type === 'area.exited' ? { eventType: 'exit', unseenLabel: '' } : undefined;
  },
} satisfies Publication<AreaEvent, AreaView>;

function visitData({ id, from, durationMs, end }: Visit): object {
  return { id, from: instant(from), durationMs, ...(end === undefined ? {} : { end }) };
}
