import type { SpotTally } from '../../model/spot-tally.ts';
import type { SpotChange } from './spot.ts';
import type { SpotEvent } from './types.ts';

const types = {
  occupied: 'parking.parked',
  empty: 'parking.empty',
  unknown: 'parking.unknown',
} as const;

/** Counts a spot's change and makes it an event. */
export function spotEvent(zone: string, sensor: string, change: SpotChange, spots: SpotTally): SpotEvent {
  spots.move(change.previous, change.state);
  return { kind: 'spot', type: types[change.state], zone, sensor, ...change, totals: spots.totals() };
}
