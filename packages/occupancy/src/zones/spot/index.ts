import { isNudged } from '../common/nudged.ts';
import type { WatchingKind } from '../common/zone-kind.ts';
import { spotPublication } from './publication.ts';
import { savedSpotState, savedSpotZone } from './saved.ts';
import { SpotGroup } from './spot-group.ts';
import { spotTwin } from './twin.ts';
import type { SpotTypes } from './kind.ts';

/** Parking places that are found from detections. */
export const spotKind = {
  twin: spotTwin,
  place: (zone) => [zone.sensor, zone.polygon],
  isNudged,
  exclusive: undefined,
  removal: undefined,
  saved: { zone: savedSpotZone, state: savedSpotState },
  publication: spotPublication,
  documentation: {
    summary: 'One parking place, occupied or empty, found from the detections of one sensor.',
    example: { kind: 'spot', sensor: 'Yard', polygon: [409, 351, 544, 351, 544, 465, 409, 465] },
    events: {
      'parking.parked': 'A vehicle took the spot.',
      'parking.empty': 'The spot is free.',
      'parking.unknown': 'The state of the spot is not known: its sensor is lost.',
    },
  },
  needsTracks: false,
  createGroup: (options) => new SpotGroup(options),
} satisfies WatchingKind<SpotTypes>;

export { spotTotalsSchema } from './publication.ts';
export { spotEvent } from './spot-event.ts';
export type { SpotChange } from './spot.ts';
export type { SpotTypes } from './kind.ts';
export type { SpotEvent, SpotZone } from './types.ts';
