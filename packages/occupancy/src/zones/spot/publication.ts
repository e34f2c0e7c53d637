import * as z from 'zod';
import type { Publication } from '../common/publication.ts';
import {
  changeData,
  changeFields,
  countSchema,
  envelopeFields,
  sensorNameSchema,
  viewFields,
  zoneNameSchema,
} from '../common/event-fields.ts';
import type { SpotEvent, SpotView } from './types.ts';

const state = z.enum(['unknown', 'occupied', 'empty']);

/** How many spots are in which state, as it leaves. */
export const spotTotalsSchema = z
  .strictObject({ occupied: countSchema, empty: countSchema, unknown: countSchema, spots: countSchema })
  .meta({ description: 'All spots of the module, after this event.' });

const words = { 'parking.parked': 'parked', 'parking.empty': 'empty', 'parking.unknown': undefined } as const;

/** How spots leave the module, whether they were found from detections or reported. */
export const spotPublication = {
  eventSchema: z.strictObject({
    ...envelopeFields,
    type: z.enum(['parking.parked', 'parking.empty', 'parking.unknown']),
    data: z.strictObject({
      zone: zoneNameSchema,
      sensor: sensorNameSchema,
      state,
      previous: state,
      ...changeFields,
      totals: spotTotalsSchema,
    }),
  }),
  viewSchema: z.strictObject({
    ...viewFields,
    kind: z.literal('spot'),
    state,
    unconfirmed: z.literal(true).exactOptional().meta({
      description: 'The spot was empty when its camera fell silent, and stays so until something else is known.',
    }),
  }),
  eventData: (event) => ({ zone: event.zone, sensor: event.sensor, ...changeData(event), totals: event.totals }),
  eventOrdinal: () => [],
  viewTotals: ({ unconfirmed }) => (unconfirmed === undefined ? {} : { unconfirmed }),
  deepStreamWords({ type, zone }) {
    const eventType = words[type];
    // A spot that was found empty had no vehicle to show, and is one's place all the same.
    return eventType && { eventType, parkingSpot: zone, unseenLabel: 'vehicle' };
  },
} satisfies Publication<SpotEvent, SpotView>;
