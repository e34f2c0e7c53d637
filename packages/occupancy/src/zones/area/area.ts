/*
 * One area: visits of tracks.
 *
 *   visit:  arriving ──inside for enterAfterMs──▶ entered ──seen outside, or unseen for leaveAfterMs──▶ exited
 *   area:   available ──settled count ≥ capacity──▶ full ──settled count ≤ capacity − slack──▶ available
 *           any ──sensor lost──▶ unknown ──sensor heard──▶ available
 *
 * Invariants: every entered visit has exactly one exit; count = entered − exited ≥ 0; a dwell comes once a visit, between
 * them. The settled count is one that has held for enterAfterMs. All of it is plain JSON.
 */
import { boundaryDistance, containsPoint } from '../../model/geometry.ts';
import { shiftMoment, type Moment } from '../../model/moment.ts';
import type { Sighting } from '../../model/sighting.ts';
import type { Track } from '../../model/track.ts';
import type { AreaEvent, AreaTotals, AreaZone, Availability, Visit } from './types.ts';

interface Stay {
  readonly track: number;
  readonly from: Moment;
  last: Moment;
  seen: Sighting;
  sightings: number;
  entered: boolean;
  dwelt: boolean;
  /** Sightings in a row that were clearly outside; absent for none. */
  outside?: number;
}

/** All that is remembered of an area. */
export interface AreaState {
  state: Availability;
  since: Moment | null;
  entered: number;
  exited: number;
  settledCount: number;
  /** Since when the count differs from the settled one and is as it is. */
  unsettledFrom: Moment | null;
  stays: Stay[];
}

/** An area nobody has looked at yet. */
export function unseenArea(): AreaState {
  return {
    state: 'unknown',
    since: null,
    entered: 0,
    exited: 0,
    settledCount: 0,
    unsettledFrom: null,
    stays: [],
  };
}

const maxStays = 1_024;
const minSightings = 3;
/** Missed detections for less than this don't interrupt an arrival. */
const minGapMs = 1_000;
/** Of the box's diagonal: so far outside of the polygon an object is not just trembling at its edge. */
const edgeShare = 0.12;
/** So many sightings outside end a visit. */
const minOutside = 2;
/** Of the capacity, that must be free again. */
const slackShare = 0.05;

/** Lets the area see a frame's tracks, or with none of them let its time go on. */
export function seeArea(zone: AreaZone, area: AreaState, at: Moment, tracks: readonly Track[]): AreaEvent[] {
  const events: AreaEvent[] = [];
  if (area.state === 'unknown') {
    area.state = 'available';
    area.since = at;
  }
  for (const track of tracks) visit(zone, area, at, track);
  passTime(zone, area, at, events);
  return events;
}

/** Lets time go on while nothing is seen. */
export function waitArea(zone: AreaZone, area: AreaState, at: Moment): AreaEvent[] {
  const events: AreaEvent[] = [];
  if (area.state !== 'unknown') passTime(zone, area, at, events);
  return events;
}

/** Ends every visit: nobody can say any more who is there. */
export function endArea(zone: AreaZone, area: AreaState, end: 'lost' | 'removed'): AreaEvent[] {
  const events: AreaEvent[] = [];
  for (const stay of area.stays.splice(0)) if (stay.entered) exit(zone, area, stay, end, events);
  area.state = 'unknown';
  area.settledCount = 0;
  area.unsettledFrom = null;
  return events;
}

/** The area's counters. */
export function areaTotals(zone: AreaZone, { entered, exited }: AreaState): AreaTotals {
  return { count: entered - exited, entered, exited, capacity: zone.capacity };
}

/** Moves all remembered times, after the sensor's clock was rebased. */
export function shiftArea(area: AreaState, byMs: number): void {
  area.since = area.since && shiftMoment(area.since, byMs);
  area.unsettledFrom = area.unsettledFrom && shiftMoment(area.unsettledFrom, byMs);
  area.stays = area.stays.map((stay) => ({
    ...stay,
    from: shiftMoment(stay.from, byMs),
    last: shiftMoment(stay.last, byMs),
  }));
}

function visit(zone: AreaZone, area: AreaState, at: Moment, track: Track): void {
  const { box } = track.seen;
  const [x, y] = [(box.left + box.right) / 2, box.bottom];
  const known = area.stays.find((stay) => stay.track === track.id);
  if (!containsPoint(zone.polygon, x, y)) {
    if (known === undefined) return;
    const edge = Math.hypot(box.right - box.left, box.bottom - box.top) * edgeShare;
    if (boundaryDistance(zone.polygon, x, y) > edge) {
      known.outside = (known.outside ?? 0) + 1;
      return;
    }
  }
  if (known) {
    delete known.outside;
    known.sightings += at.ms > known.last.ms ? 1 : 0;
    known.last = at;
    known.seen = track.seen;
  } else if (area.stays.length < maxStays) {
    const stay: Stay = {
      track: track.id,
      from: at,
      last: at,
      seen: track.seen,
      sightings: 1,
      entered: false,
      dwelt: false,
    };
    area.stays.push(stay);
  }
}

function passTime(zone: AreaZone, area: AreaState, at: Moment, events: AreaEvent[]): void {
  const before = area.entered - area.exited;
  let gone = 0;
  for (const stay of area.stays) {
    const insideMs = stay.last.ms - stay.from.ms;
    const believed = stay.sightings >= minSightings || zone.enterAfterMs === 0;
    if (!stay.entered && insideMs >= zone.enterAfterMs && believed) {
      stay.entered = true;
      area.entered++;
      events.push(
        event(zone, area, 'area.entered', stay.from, stay, { id: visitId(stay), from: stay.from, durationMs: 0 }),
      );
    }
    if (stay.entered && !stay.dwelt && zone.dwellMs !== null && insideMs >= zone.dwellMs) {
      stay.dwelt = true;
      const since: Moment = { ms: stay.from.ms + zone.dwellMs, clock: stay.last.clock };
      const visit: Visit = { id: visitId(stay), from: stay.from, durationMs: zone.dwellMs };
      events.push(event(zone, area, 'area.dwell', since, stay, visit));
    }
    if (isOver(zone, stay, at)) gone++;
  }
  if (gone > 0) {
    const stays = area.stays;
    area.stays = [];
    for (const stay of stays) {
      if (!isOver(zone, stay, at)) area.stays.push(stay);
      else if (stay.entered) exit(zone, area, stay, 'left', events);
    }
  }
  settle(zone, area, at, before, events);
}

/** Seen outside, or out of sight for too long. */
function isOver(zone: AreaZone, stay: Stay, at: Moment): boolean {
  if ((stay.outside ?? 0) >= minOutside) return true;
  const patienceMs = stay.entered ? zone.leaveAfterMs : Math.max(zone.enterAfterMs, minGapMs);
  return at.ms - stay.last.ms >= patienceMs;
}

function exit(zone: AreaZone, area: AreaState, stay: Stay, end: NonNullable<Visit['end']>, events: AreaEvent[]): void {
  area.exited++;
  const visit: Visit = { id: visitId(stay), from: stay.from, durationMs: stay.last.ms - stay.from.ms, end };
  events.push(event(zone, area, 'area.exited', stay.last, stay, visit));
}

function settle(zone: AreaZone, area: AreaState, at: Moment, before: number, events: AreaEvent[]): void {
  const count = area.entered - area.exited;
  if (count === area.settledCount) area.unsettledFrom = null;
  else if (count !== before || area.unsettledFrom === null) area.unsettledFrom = at;
  const from = area.unsettledFrom;
  if (from !== null && at.ms - from.ms >= zone.enterAfterMs) {
    area.unsettledFrom = null;
    area.settledCount = count;
    events.push(event(zone, area, 'area.count', from, null, null));
    fill(zone, area, from, events);
  } else {
    // The twin may have changed the capacity.
    fill(zone, area, at, events);
  }
}

/** Whether the settled count makes it full. */
function fill(zone: AreaZone, area: AreaState, since: Moment, events: AreaEvent[]): void {
  const count = area.settledCount;
  const next = availability(zone, area, count);
  if (next === area.state) return;
  const [previous, previousSince] = [area.state, area.since];
  area.state = next;
  area.since = since;
  const type = next === 'full' ? 'area.full' : 'area.available';
  events.push({ ...event(zone, area, type, since, null, null), previous, previousSince });
}

function availability(zone: AreaZone, area: AreaState, count: number): Availability {
  if (zone.capacity === null) return 'available';
  const slack = Math.max(1, Math.floor(zone.capacity * slackShare));
  const full = area.state === 'full' ? count > zone.capacity - slack : count >= zone.capacity;
  return full ? 'full' : 'available';
}

function event(
  zone: AreaZone,
  area: AreaState,
  type: AreaEvent['type'],
  since: Moment,
  stay: Stay | null,
  visit: Visit | null,
): AreaEvent {
  const { state } = area;
  const what = { kind: 'area', type, zone: zone.name, sensor: zone.sensor, state, previous: state } as const;
  return { ...what, since, previousSince: area.since, seen: stay?.seen ?? null, visit, totals: areaTotals(zone, area) };
}

/** Tracks are numbered anew after a restart without memory; with the time it began a visit is one of a kind. */
function visitId(stay: Stay): string {
  return `${stay.track}-${stay.from.ms}`;
}
