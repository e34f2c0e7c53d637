/*
 * One line. A track is on a side when it is beyond the dead band; it crosses when it is on the other side than before, and
 * was seen there twice, or far beyond. What trembles on the line stays on the side it came from; what goes round the end
 * doesn't cross. All of it is plain JSON.
 */
import { sideDistance } from '../../model/geometry.ts';
import { shiftMoment, type Moment } from '../../model/moment.ts';
import type { Track } from '../../model/track.ts';
import type { LineEvent, LineTotals, LineZone } from './types.ts';

interface Place {
  readonly track: number;
  side: 1 | -1;
  /** Of the anchor when it was on that side last. */
  x: number;
  y: number;
  lastMs: number;
  /** Since when it has been seen on the other side only; absent where it has not. */
  beyond?: Moment;
}

/** All that is remembered of a line. */
export interface LineState {
  state: LineEvent['state'];
  since: Moment | null;
  in: number;
  out: number;
  places: Place[];
}

/** A line nobody has crossed yet. */
export function uncrossedLine(): LineState {
  return { state: 'none', since: null, in: 0, out: 0, places: [] };
}

/** Of the box's diagonal, where the twin says nothing of the dead band: the lower edge of a box trembles so much. */
const deadBandShare = 0.12;
/** Of the diagonal, beyond the dead band: so far nothing trembles, and one sighting is enough. */
const farShare = 0.5;
/** A track that was out of sight for longer comes without a side. */
const forgetMs = 60_000;
const maxPlaces = 1_024;
/** A track is believed from so many sightings. */
const minSightings = 3;

/** Lets the line see a frame's tracks. */
export function seeLine(zone: LineZone, line: LineState, at: Moment, tracks: readonly Track[]): LineEvent[] {
  const events: LineEvent[] = [];
  const [ax, ay] = zone.from;
  const [bx, by] = zone.to;
  for (const track of tracks) {
    const { box } = track.seen;
    const [x, y] = [(box.left + box.right) / 2, box.bottom];
    const known = line.places.find((place) => place.track === track.id);
    if (known) known.lastMs = at.ms;
    const distance = sideDistance(ax, ay, bx, by, x, y);
    const diagonal = Math.hypot(box.right - box.left, box.bottom - box.top);
    const beyond = Math.abs(distance) - (zone.deadBand ?? diagonal * deadBandShare);
    if (beyond <= 0) continue;
    const side = distance > 0 ? 1 : -1;
    if (!known) {
      if (line.places.length < maxPlaces) line.places.push({ track: track.id, side, x, y, lastMs: at.ms });
      continue;
    }
    if (known.side !== side) {
      const from = known.beyond ?? at;
      const sure = at.ms > from.ms || beyond >= diagonal * farShare;
      if (track.sightings < minSightings || !sure) {
        known.beyond ??= at;
        continue;
      }
      if (between(zone, known.x, known.y, x, y)) events.push(cross(zone, line, from, side, track));
      known.side = side;
    }
    delete known.beyond;
    known.x = x;
    known.y = y;
  }
  if (line.places.some((place) => at.ms - place.lastMs > forgetMs)) {
    line.places = line.places.filter((place) => at.ms - place.lastMs <= forgetMs);
  }
  return events;
}

/** The line's counters. */
export function lineTotals({ in: inwards, out }: LineState): LineTotals {
  return { in: inwards, out };
}

/** Moves all remembered times, after the sensor's clock was rebased. */
export function shiftLine(line: LineState, byMs: number): void {
  line.since = line.since && shiftMoment(line.since, byMs);
  for (const place of line.places) place.lastMs += byMs;
}

/** Whether the way from one point to the other passes between the line's ends. */
function between({ from: [ax, ay], to: [bx, by] }: LineZone, x1: number, y1: number, x2: number, y2: number): boolean {
  const start = sideDistance(x1, y1, x2, y2, ax, ay);
  const end = sideDistance(x1, y1, x2, y2, bx, by);
  return start > 0 !== end > 0 || start === 0 || end === 0;
}

function cross(zone: LineZone, line: LineState, at: Moment, side: 1 | -1, track: Track): LineEvent {
  const [previous, previousSince] = [line.state, line.since];
  const state = side > 0 ? 'in' : 'out';
  line[state]++;
  line.state = state;
  line.since = at;
  const what = { kind: 'line', type: 'line.crossed', zone: zone.name, sensor: zone.sensor } as const;
  return { ...what, state, previous, since: at, previousSince, seen: track.seen, totals: lineTotals(line) };
}
