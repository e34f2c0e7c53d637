import { isNudged } from '../common/nudged.ts';
import type { WatchingKind } from '../common/zone-kind.ts';
import { AreaGroup } from './area-group.ts';
import { endArea } from './area.ts';
import type { AreaTypes } from './kind.ts';
import { areaPublication } from './publication.ts';
import { savedAreaEvent, savedAreaState, savedAreaZone } from './saved.ts';
import { areaTwin } from './twin.ts';

/** Places in which people or vehicles are counted. */
export const areaKind = {
  twin: areaTwin,
  place: (zone) => [zone.sensor, zone.polygon],
  isNudged,
  exclusive: undefined,
  /** Visits to an area that is taken away or forgotten, or becomes another, end here. */
  removal: { events: (zone, state) => endArea(zone, state, 'removed'), savedEvent: savedAreaEvent },
  saved: { zone: savedAreaZone, state: savedAreaState },
  publication: areaPublication,
  documentation: {
    summary: 'A place in which people or vehicles are counted: visits, dwells, and full at its capacity.',
    example: {
      kind: 'area',
      sensor: 'Lobby',
      polygon: [0, 400, 1900, 400, 1900, 1000, 0, 1000],
      classes: ['Person'],
      capacity: 40,
      dwellMs: 60_000,
    },
    events: {
      'area.entered': 'An object entered the area; a visit begins.',
      'area.exited': 'A visit ended; `visit` says how long it was, and how it ended.',
      'area.dwell': 'A visit lasts longer than `dwellMs`.',
      'area.count': 'The number of objects in the area changed.',
      'area.full': 'The area reached its capacity.',
      'area.available': 'The area is below its capacity again.',
    },
  },
  needsTracks: true,
  createGroup: (options) => new AreaGroup(options),
} satisfies WatchingKind<AreaTypes>;

export type { AreaTypes } from './kind.ts';
export type { AreaEvent, AreaZone } from './types.ts';
