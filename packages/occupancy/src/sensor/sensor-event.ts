import * as z from 'zod';
import type { Happening } from '../model/happening.ts';
import {
  changeData,
  changeFields,
  countSchema,
  envelopeFields,
  sensorNameSchema,
} from '../zones/common/event-fields.ts';
import type { EventPublication } from '../zones/common/publication.ts';

/** Whether a sensor is heard. */
export type Liveness = 'alive' | 'lost';

/** How many sensors with zones have been heard, and how many of them are lost. */
export interface SensorTotals {
  readonly sensors: number;
  readonly lost: number;
}

/** A sensor fell silent for good, or is heard again; `zone` is empty. */
export interface SensorEvent extends SensorChange {
  readonly totals: SensorTotals;
}

/** The same as the sensor itself can say it. */
export interface SensorChange extends Happening<Liveness> {
  readonly kind: 'sensor';
  readonly type: 'sensor.lost' | 'sensor.restored';
  /** Of a loss: what DeepStream has said of it, if anything. */
  readonly reason?: string;
}

/** What DeepStream says of a sensor in trouble. */
export interface SensorFault {
  /** Whether it is an error, and no warning: then silence is no empty scene. */
  readonly critical: boolean;
  readonly text: string;
}

/** What each event of a sensor says. */
export const sensorEventMeanings: Readonly<Record<SensorEvent['type'], string>> = {
  'sensor.lost': 'A sensor has been silent for `staleAfterMs`.',
  'sensor.restored': 'A lost sensor sends again.',
};

/** Whether a sensor is heard, as it leaves. */
export const livenessSchema = z.enum(['alive', 'lost']);

/** How changes of sensors leave the module. */
export const sensorPublication = {
  eventSchema: z.strictObject({
    ...envelopeFields,
    type: z.enum(['sensor.lost', 'sensor.restored']),
    data: z.strictObject({
      sensor: sensorNameSchema,
      state: livenessSchema,
      previous: livenessSchema,
      ...changeFields,
      reason: z.string().nullable().meta({
        description:
          'Of a loss: what DeepStream (9.1, `enable-error-propagation`) has said of the sensor since its last frame; otherwise null.',
      }),
      totals: z
        .strictObject({ sensors: countSchema, lost: countSchema })
        .meta({ description: 'Sensors with zones that were heard.' }),
    }),
  }),
  eventData: (event) => ({
    sensor: event.sensor,
    ...changeData(event),
    reason: event.reason ?? null,
    totals: event.totals,
  }),
  eventOrdinal: () => [],
  deepStreamWords: () => undefined,
} satisfies EventPublication<SensorEvent>;
