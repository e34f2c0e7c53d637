/* Every kind of zone with all its parts. One that lacks a part, and one that is missing here, do not compile. */
import { sameJson } from '@companion/foundation';
import type { SpotTally } from '../model/spot-tally.ts';
import { areaKind } from './area/index.ts';
import type { ReportGroup, ReportedKind, WatchGroup, WatchingKind, ZoneKindParts } from './common/zone-kind.ts';
import type {
  ReportedKindName,
  ReportedKinds,
  ReportedZone,
  WatchingKindName,
  WatchingKinds,
  WatchingZone,
  Zone,
  ZoneKindName,
  ZoneKinds,
  ZoneState,
} from './kinds.ts';
import { lineKind } from './line/index.ts';
import { reportedKind } from './reported/index.ts';
import { spotKind } from './spot/index.ts';

const watchingKinds = { spot: spotKind, area: areaKind, line: lineKind } satisfies WatchingRegistry;
const reportedKinds = { reported: reportedKind } satisfies ReportedRegistry;

type WatchingRegistry = { readonly [K in WatchingKindName]: WatchingKind<WatchingKinds[K]> };
type ReportedRegistry = { readonly [K in ReportedKindName]: ReportedKind<ReportedKinds[K]> };

/** All kinds by name. Their order is that of zones in snapshots and in the twin's messages. */
export const zoneKinds = { ...watchingKinds, ...reportedKinds };

const parts: { readonly [K in ZoneKindName]: ZoneKindParts<ZoneKinds[K]> } = zoneKinds;

/** The parts of a kind. */
export function kindOf<K extends ZoneKindName>(kind: K): ZoneKindParts<ZoneKinds[K]> {
  return parts[kind];
}

/** Whether this version knows a kind of this name. */
export function isKindName(name: unknown): name is ZoneKindName {
  return typeof name === 'string' && Object.hasOwn(zoneKinds, name);
}

/** Whether a zone looks at the detections of one sensor. */
export function isWatching(zone: Zone): zone is WatchingZone {
  return Object.hasOwn(watchingKinds, zone.kind);
}

/** Whether a zone must know who is who from frame to frame. */
export function needsTracks(zone: WatchingZone): boolean {
  const registry: WatchingRegistry = watchingKinds;
  return registry[zone.kind].needsTracks;
}

/** Whether a zone of the same name is still that zone: what it looks at is the same, its delays and classes may be others. */
export function isSamePlace(a: Zone, b: Zone): boolean {
  if (a.kind !== b.kind) return false;
  const kind = kindOf(a.kind);
  return sameJson(kind.place(a), kindOf(b.kind).place(b)) || kind.isNudged?.(a, b) === true;
}

/** What groups are made with; `stateOf` gives what was remembered of a zone, undefined for a new one. */
export interface ZoneMemory {
  readonly stateOf: (zone: Zone) => ZoneState | undefined;
  readonly spots: SpotTally;
}

/** The zones of one sensor at work, a group for each kind that is there. */
export function createWatchGroups(
  zones: readonly WatchingZone[],
  memory: ZoneMemory,
): readonly WatchGroup<WatchingKinds[WatchingKindName]>[] {
  return names(watchingKinds).flatMap((kind) => {
    const group = watchGroup(kind, zones, memory);
    return group === undefined ? [] : [group];
  });
}

function watchGroup<K extends WatchingKindName>(
  kind: K,
  all: readonly WatchingZone[],
  { stateOf, spots }: ZoneMemory,
): WatchGroup<WatchingKinds[K]> | undefined {
  const registry: WatchingRegistry = watchingKinds;
  const zones = ofKind(kind, all);
  if (zones.length === 0) return undefined;
  // A zone keeps a state only while it is of the kind that made it, and a checkpoint's states are read by their kind.
  return registry[kind].createGroup({ zones, stateOf: stateOf as (zone: Zone) => WatchingKinds[K]['state'], spots });
}

/** The zones that DeepStream reports at work, a group for each kind that is there. */
export function createReportGroups(
  zones: readonly ReportedZone[],
  memory: ZoneMemory,
): readonly ReportGroup<ReportedKinds[ReportedKindName]>[] {
  return names(reportedKinds).flatMap((kind) => {
    const group = reportGroup(kind, zones, memory);
    return group === undefined ? [] : [group];
  });
}

function reportGroup<K extends ReportedKindName>(
  kind: K,
  all: readonly ReportedZone[],
  { stateOf, spots }: ZoneMemory,
): ReportGroup<ReportedKinds[K]> | undefined {
  const registry: ReportedRegistry = reportedKinds;
  const zones = ofKind(kind, all);
  if (zones.length === 0) return undefined;
  return registry[kind].createGroup({ zones, stateOf: stateOf as (zone: Zone) => ReportedKinds[K]['state'], spots });
}

function ofKind<K extends ZoneKindName>(kind: K, zones: readonly Zone[]): readonly ZoneKinds[K]['zone'][] {
  return zones.filter((zone): zone is ZoneKinds[K]['zone'] => zone.kind === kind);
}

function names<K extends string>(registry: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(registry) as K[];
}
