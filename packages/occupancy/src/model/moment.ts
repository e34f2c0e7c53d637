/** What a time rests on: DeepStream's stamp, or the moment of receipt where the stamp was missing or can't be right. */
export type ClockSource = 'device' | 'received';

/** A time of a sensor, milliseconds since 1970, and what it rests on. */
export interface Moment {
  readonly ms: number;
  readonly clock: ClockSource;
}

/** The moment after the sensor's clock was rebased. */
export function shiftMoment(moment: Moment, byMs: number): Moment {
  return { ...moment, ms: moment.ms + byMs };
}
