import type { ReportedKind } from '../common/zone-kind.ts';
import { spotKind } from '../spot/index.ts';
import type { ReportedTypes } from './kind.ts';
import { ReportedGroup } from './reported-group.ts';
import { savedReportedState, savedReportedZone } from './saved.ts';
import { reportedTwin } from './twin.ts';

/** Parking places of which DeepStream itself says parked or empty. */
export const reportedKind = {
  twin: reportedTwin,
  place: (zone) => [zone.parkingSpot],
  exclusive: { field: 'parkingSpot', value: (zone) => zone.parkingSpot },
  removal: undefined,
  saved: { zone: savedReportedZone, state: savedReportedState },
  publication: spotKind.publication,
  documentation: {
    summary: 'One parking place of which a DeepStream app itself says parked or empty.',
    example: { kind: 'spot', parkingSpot: 'P1-PS-87' },
    events: spotKind.documentation.events,
  },
  createGroup: (options) => new ReportedGroup(options),
} satisfies ReportedKind<ReportedTypes>;

export type { ReportedTypes } from './kind.ts';
export type { ReportedSpotZone } from './types.ts';
