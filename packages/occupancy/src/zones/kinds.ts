/* All kinds of zones by name, as types; the registry holds their parts. */
import type { AreaTypes } from './area/index.ts';
import type { LineTypes } from './line/index.ts';
import type { ReportedTypes } from './reported/index.ts';
import type { SpotTypes } from './spot/index.ts';

/** The kinds that look at detections. */
export interface WatchingKinds {
  readonly spot: SpotTypes;
  readonly area: AreaTypes;
  readonly line: LineTypes;
}

/** The kinds that DeepStream itself reports. */
export interface ReportedKinds {
  readonly reported: ReportedTypes;
}

/** All kinds. */
export interface ZoneKinds extends WatchingKinds, ReportedKinds {}

/** The name of a kind that looks at detections. */
export type WatchingKindName = keyof WatchingKinds;
/** The name of a kind that DeepStream itself reports. */
export type ReportedKindName = keyof ReportedKinds;
/** The name of a kind. */
export type ZoneKindName = keyof ZoneKinds;

/** A zone that looks at the detections of one sensor. */
export type WatchingZone = WatchingKinds[WatchingKindName]['zone'];
/** A zone that DeepStream itself reports. */
export type ReportedZone = ReportedKinds[ReportedKindName]['zone'];
/** What the module watches. */
export type Zone = ZoneKinds[ZoneKindName]['zone'];
/** What is remembered of a zone. */
export type ZoneState = ZoneKinds[ZoneKindName]['state'];
/** A change of a zone. */
export type ZoneChange = ZoneKinds[ZoneKindName]['event'];
/** A zone as it stands. */
export type ZoneView = ZoneKinds[ZoneKindName]['view'];
