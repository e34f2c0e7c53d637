import type { WatchingKind } from '../common/zone-kind.ts';
import type { LineTypes } from './kind.ts';
import { LineGroup } from './line-group.ts';
import { linePublication } from './publication.ts';
import { savedLineState, savedLineZone } from './saved.ts';
import { lineTwin } from './twin.ts';

/** Lines that are crossed in or out. */
export const lineKind = {
  twin: lineTwin,
  place: (zone) => [zone.sensor, zone.from, zone.to],
  exclusive: undefined,
  removal: undefined,
  saved: { zone: savedLineZone, state: savedLineState },
  publication: linePublication,
  documentation: {
    summary: 'A line that is crossed in or out; "in" is to the right of from → to.',
    example: { kind: 'line', sensor: 'Lobby', from: [0, 500], to: [1900, 500] },
    events: { 'line.crossed': 'An object crossed the line; `state` is the direction.' },
  },
  needsTracks: true,
  createGroup: (options) => new LineGroup(options),
} satisfies WatchingKind<LineTypes>;

export type { LineTypes } from './kind.ts';
export type { LineEvent, LineZone } from './types.ts';
