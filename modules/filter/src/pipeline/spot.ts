/*
 * One parking place.
 *
 *   from                 when                                         to
 *   unknown, empty       a vehicle has stood for enterAfterMs         occupied
 *   unknown, occupied    nothing was there for leaveAfterMs           empty
 *   occupied, empty      its sensor was silent for staleAfterMs       unknown
 *
 * Invariants: a state changes only after its own delay in event time, counted from the first frame that spoke for the
 * change; a state is never left for itself; after a frame, `standing` or `absentFrom` is set, so that a spot that no
 * frame has spoken of is known by having neither. All of it is plain JSON.
 */
import type { SpotZone } from './config.ts';
import { boxSimilarity } from './geometry.ts';
import type { Sighting } from './identity.ts';
import type { Moment } from './sensor-clock.ts';

/** What is known of a spot. */
export type Occupancy = 'unknown' | 'occupied' | 'empty';

/** A vehicle that stands on the spot, as long as it stands still. */
interface Standing {
  readonly from: Moment;
  readonly last: Moment;
  readonly sightings: number;
  /** Where it was first seen: what moves away from there is passing. */
  readonly box: Sighting['box'];
}

/** All that is remembered of a spot. */
export interface SpotState {
  readonly occupancy: Occupancy;
  /** Since when; null before the first determination. */
  readonly since: Moment | null;
  readonly standing: Standing | null;
  /** The first moment of the present stretch in which nothing was seen on the spot; null while something is. */
  readonly absentFrom: Moment | null;
  /** What was seen on the spot last. */
  readonly seen: Sighting | null;
}

/** What a frame or a tick says about a spot. `at` is the sensor's time. */
export type SpotInput =
  | { readonly type: 'covered'; readonly at: Moment; readonly sighting: Sighting }
  /** `from`: the first moment this input speaks for; a silent sensor's is its last frame's. */
  | { readonly type: 'absent'; readonly at: Moment; readonly from: Moment }
  | { readonly type: 'lost'; readonly at: Moment };

/** A change of a spot's state. */
export interface SpotChange {
  readonly previous: Occupancy;
  readonly previousSince: Moment | null;
  readonly state: Occupancy;
  /** When it happened: when the vehicle came to stand, or was first gone, or when the sensor was given up. */
  readonly since: Moment;
  /** The vehicle that came, stood or left; null where none was there. */
  readonly seen: Sighting | null;
}

/** A spot after one input. */
export interface SpotStep {
  readonly state: SpotState;
  readonly change: SpotChange | null;
}

/** A spot nobody has looked at yet. */
export const UNSEEN: SpotState = { occupancy: 'unknown', since: null, standing: null, absentFrom: null, seen: null };

/** Boxes of a vehicle that stands still share more than this, jitter included. */
const STILL_SIMILARITY = 0.5;
/** A vehicle is not believed from fewer frames, unless it needn't stand at all. */
const MIN_SIGHTINGS = 3;
/** Missed detections for less than this don't interrupt standing, however short `enterAfterMs` is. */
const MIN_GAP_MS = 1_000;

/** Moves a spot on by one input. */
export function stepSpot(zone: SpotZone, state: SpotState, input: SpotInput): SpotStep {
  switch (input.type) {
    case 'covered':
      return covered(zone, state, input.at, input.sighting);
    case 'absent':
      return absent(zone, state, input.at, input.from);
    case 'lost':
      return lost(state, input.at);
  }
}

/** Whether a frame has spoken of the spot since it was made or lost; silence says nothing about the others. */
export function spokenOf(state: SpotState): boolean {
  return state.standing !== null || state.absentFrom !== null;
}

/** Moves all remembered times, after the sensor's clock was rebased. */
export function shiftSpot(state: SpotState, shiftMs: number): SpotState {
  const shift = (moment: Moment): Moment => ({ ...moment, ms: moment.ms + shiftMs });
  const { since, standing, absentFrom } = state;
  return {
    ...state,
    since: since && shift(since),
    standing: standing && { ...standing, from: shift(standing.from), last: shift(standing.last) },
    absentFrom: absentFrom && shift(absentFrom),
  };
}

function covered(zone: SpotZone, state: SpotState, at: Moment, sighting: Sighting): SpotStep {
  const standing = stand(zone, state.standing, at, sighting);
  const next: SpotState = { ...state, standing, absentFrom: null, seen: sighting };
  const stood = at.ms - standing.from.ms >= zone.enterAfterMs;
  const believed = standing.sightings >= MIN_SIGHTINGS || zone.enterAfterMs === 0;
  if (state.occupancy === 'occupied' || !stood || !believed) return { state: next, change: null };
  return change(next, 'occupied', standing.from);
}

function stand(zone: SpotZone, standing: Standing | null, at: Moment, sighting: Sighting): Standing {
  if (standing && !expired(zone, standing, at) && boxSimilarity(standing.box, sighting.box) >= STILL_SIMILARITY) {
    // The full schema brings a frame in many messages, and a stamp may repeat: only a later time is another sighting.
    const sightings = standing.sightings + (at.ms > standing.last.ms ? 1 : 0);
    return { ...standing, last: at, sightings };
  }
  return { from: at, last: at, sightings: 1, box: sighting.box };
}

function absent(zone: SpotZone, state: SpotState, at: Moment, from: Moment): SpotStep {
  const absentFrom = state.absentFrom ?? from;
  const standing = state.standing && expired(zone, state.standing, at) ? null : state.standing;
  const gone = at.ms - absentFrom.ms >= zone.leaveAfterMs;
  const next =
    absentFrom === state.absentFrom && standing === state.standing ? state : { ...state, absentFrom, standing };
  return gone && state.occupancy !== 'empty' ? change(next, 'empty', absentFrom) : { state: next, change: null };
}

function lost(state: SpotState, at: Moment): SpotStep {
  if (!spokenOf(state)) return { state, change: null };
  const blind: SpotState = { ...state, standing: null, absentFrom: null };
  return state.occupancy === 'unknown' ? { state: blind, change: null } : change(blind, 'unknown', at);
}

/** Gaps up to `enterAfterMs` are missed detections; cameras slower than that need a longer `enterAfterMs`. */
function expired(zone: SpotZone, standing: Standing, at: Moment): boolean {
  return at.ms - standing.last.ms > Math.max(zone.enterAfterMs, MIN_GAP_MS);
}

function change(state: SpotState, occupancy: Occupancy, since: Moment): SpotStep {
  return {
    state: { ...state, occupancy, since },
    change: {
      previous: state.occupancy,
      previousSince: state.since,
      state: occupancy,
      since,
      seen: occupancy === 'occupied' || state.occupancy === 'occupied' ? state.seen : null,
    },
  };
}
