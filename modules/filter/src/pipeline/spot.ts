/*
 * One parking place.
 *
 *   from                 when                                         to
 *   unknown, empty       a vehicle has stood for enterAfterMs         occupied
 *   unknown, occupied    it was seen to be bare for leaveAfterMs      empty
 *   occupied, empty      its sensor was lost                          unknown
 *
 * Invariants: a state changes only after its own delay in event time, counted from the first frame that spoke for the
 * change, and never by fewer than three frames; a state is never left for itself; after a frame, `standing` or
 * `absentFrom` is set, so that a spot that no frame has spoken of is known by having neither. One stray detection
 * neither interrupts a vehicle's standing nor a spot's being empty.
 *
 * A spot is seen to be bare while frames show something elsewhere. Frames that show nothing, and silence, may be a bare
 * scene or a blind camera: misses before them, blindness and misses after them never add up to an absence. Such a
 * stretch counts only where it alone lasts leaveAfterMs, and silence only where nothing stood in the scene when it began,
 * unless it is said to mean an empty scene. All of it is plain JSON.
 */
import type { SpotZone } from './config.ts';
import type { Occupancy } from './event.ts';
import { boxSimilarity } from './geometry.ts';
import type { Moment } from './sensor-clock.ts';
import type { Sighting } from './sighting.ts';

/** A vehicle that stands on the spot, as long as it stands still. */
interface Standing {
  readonly from: Moment;
  readonly last: Moment;
  readonly sightings: number;
  /** Frames since then that showed other things only. */
  readonly misses: number;
  /** Where it was first seen: what moves away from there is passing. */
  readonly box: Sighting['box'];
  /** Sightings in a row that were elsewhere: something else, or it has moved. */
  readonly strays: number;
}

/** All that is remembered of a spot. */
export interface SpotState {
  readonly occupancy: Occupancy;
  /** Since when; null before the first determination. */
  readonly since: Moment | null;
  readonly standing: Standing | null;
  /** The first moment of the present stretch in which nothing was seen on the spot; null while something is. */
  readonly absentFrom: Moment | null;
  /** Frames of that stretch, and those of them that showed something elsewhere; counted up to three. */
  readonly absentFrames: number;
  readonly witnessed: number;
  /** How much of that stretch has been seen, and until when; a spot that is known to be empty need not be watched. */
  readonly bareMs: number;
  readonly lookedMs: number | null;
  /** Since when frames have shown nothing at all; null while they show something. */
  readonly blindFromMs: number | null;
  /** When the spot was covered last, and how many times with gaps of less than a second; null if never. */
  readonly coveredMs: number | null;
  readonly covers: number;
  /** Where the vehicle stood when the spot became occupied; null while it is not. */
  readonly parked: Sighting['box'] | null;
  /** What was seen on the spot last. */
  readonly seen: Sighting | null;
}

/** What a frame, a silence or a loss says about a spot. `at` is the sensor's time. */
export type SpotInput =
  | { readonly type: 'covered'; readonly at: Moment; readonly sighting: Sighting }
  | { readonly type: 'absent'; readonly at: Moment; readonly elsewhere: boolean }
  /** `from`: the sensor's last frame; `means`: whether silence is an empty scene, may be one, or can't be. */
  | {
      readonly type: 'silent';
      readonly at: Moment;
      readonly from: Moment;
      readonly means: 'empty' | 'maybe' | 'nothing';
    }
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
export const UNSEEN: SpotState = {
  occupancy: 'unknown',
  since: null,
  standing: null,
  absentFrom: null,
  absentFrames: 0,
  witnessed: 0,
  bareMs: 0,
  lookedMs: null,
  blindFromMs: null,
  coveredMs: null,
  covers: 0,
  parked: null,
  seen: null,
};

/** Boxes of a vehicle that stands still share more than this, jitter included. */
const STILL_SIMILARITY = 0.5;
/** A vehicle is not believed from fewer frames, unless it needn't stand at all. */
const MIN_SIGHTINGS = 3;
/** From so many, three misses for each may be between them. */
const MANY_SIGHTINGS = 9;
const MANY_MISSES = 3;
/** Missed detections for less than this don't interrupt standing, however short `enterAfterMs` is. */
const MIN_GAP_MS = 1_000;

/** An absence is not believed from fewer frames. */
const MIN_ABSENT_FRAMES = 3;
/** Two sightings elsewhere in a row are no stray. */
const MAX_STRAYS = 1;

/** Moves a spot on by one input. */
export function stepSpot(zone: SpotZone, state: SpotState, input: SpotInput): SpotStep {
  switch (input.type) {
    case 'covered':
      return covered(zone, state, input.at, input.sighting);
    case 'absent':
      return absent(zone, state, input.at, input.elsewhere);
    case 'silent':
      return silent(zone, state, input.at, input.from, input.means);
    case 'lost':
      return lost(state, input.at);
  }
}

/** Whether something was seen standing there until the last frames: then silence can't be an empty scene. */
export function stoodUntilNow(state: SpotState): boolean {
  return state.witnessed < MIN_ABSENT_FRAMES && (state.standing !== null || state.occupancy === 'occupied');
}

/** Whether a frame has spoken of the spot since it was made or lost; silence says nothing about the others. */
export function spokenOf(state: SpotState): boolean {
  return state.standing !== null || state.absentFrom !== null;
}

/** Moves all remembered times, after the sensor's clock was rebased. */
export function shiftSpot(state: SpotState, shiftMs: number): SpotState {
  const shift = (moment: Moment): Moment => ({ ...moment, ms: moment.ms + shiftMs });
  const shiftTime = (ms: number | null): number | null => (ms === null ? null : ms + shiftMs);
  const { since, standing, absentFrom } = state;
  return {
    ...state,
    since: since && shift(since),
    standing: standing && { ...standing, from: shift(standing.from), last: shift(standing.last) },
    absentFrom: absentFrom && shift(absentFrom),
    lookedMs: shiftTime(state.lookedMs),
    blindFromMs: shiftTime(state.blindFromMs),
    coveredMs: shiftTime(state.coveredMs),
  };
}

function covered(zone: SpotZone, state: SpotState, at: Moment, sighting: Sighting): SpotStep {
  const standing = stand(zone, state.standing, at, sighting);
  const sinceMs = state.coveredMs === null ? Infinity : at.ms - state.coveredMs;
  const covers = sinceMs >= MIN_GAP_MS ? 1 : state.covers + (sinceMs > 0 ? 1 : 0);
  const present = covers > 1 || state.absentFrom === null;
  const next: SpotState = {
    occupancy: state.occupancy,
    since: state.since,
    standing,
    absentFrom: present ? null : state.absentFrom,
    absentFrames: present ? 0 : state.absentFrames,
    witnessed: present ? 0 : state.witnessed,
    bareMs: present ? 0 : state.bareMs,
    lookedMs: present ? null : at.ms,
    blindFromMs: null,
    coveredMs: at.ms,
    covers,
    parked: state.parked,
    seen: standing.strays > 0 ? state.seen : sighting,
  };
  const stood = standing.last.ms - standing.from.ms >= zone.enterAfterMs;
  if (state.occupancy === 'occupied' || !stood || !(zone.enterAfterMs === 0 || believed(standing)))
    return { state: next, change: null };
  return change(next, 'occupied', standing.from);
}

/** A vehicle is seen in most frames; false boxes fall on the same place now and then, and seldom often. */
function believed({ sightings, misses }: Standing): boolean {
  if (sightings < MIN_SIGHTINGS) return false;
  return sightings >= misses || (sightings >= MANY_SIGHTINGS && sightings * MANY_MISSES >= misses);
}

function stand(zone: SpotZone, standing: Standing | null, at: Moment, sighting: Sighting): Standing {
  if (standing && !expired(zone, standing, at)) {
    if (boxSimilarity(standing.box, sighting.box) >= STILL_SIMILARITY) {
      // A stamp may repeat: only a later time is another sighting.
      const sightings = standing.sightings + (at.ms > standing.last.ms ? 1 : 0);
      const { from, misses, box } = standing;
      return { from, last: at, sightings, misses, box, strays: 0 };
    }
    if (standing.strays < MAX_STRAYS && standing.sightings > 1) return { ...standing, strays: standing.strays + 1 };
  }
  return { from: at, last: at, sightings: 1, misses: 0, box: sighting.box, strays: 0 };
}

function absent(zone: SpotZone, state: SpotState, at: Moment, elsewhere: boolean): SpotStep {
  const { occupancy } = state;
  if (occupancy === 'empty' && state.standing === null && state.absentFrom !== null) return { state, change: null };
  const next: SpotState = {
    occupancy,
    since: state.since,
    standing: state.standing && missed(zone, state.standing, at, elsewhere),
    absentFrom: state.absentFrom ?? at,
    absentFrames: Math.min(state.absentFrames + 1, MIN_ABSENT_FRAMES),
    witnessed: elsewhere ? Math.min(state.witnessed + 1, MIN_ABSENT_FRAMES) : state.witnessed,
    bareMs: elsewhere ? state.bareMs + lookedFor(zone, state, at) : state.bareMs,
    lookedMs: elsewhere ? at.ms : state.lookedMs,
    blindFromMs: elsewhere ? null : (state.blindFromMs ?? at.ms),
    coveredMs: state.coveredMs,
    covers: state.covers,
    parked: state.parked,
    seen: state.seen,
  };
  if (occupancy === 'empty' || next.absentFrames < MIN_ABSENT_FRAMES) return { state: next, change: null };
  const blindMs = next.blindFromMs === null ? 0 : at.ms - next.blindFromMs;
  const gone = Math.max(next.bareMs, blindMs) >= zone.leaveAfterMs;
  return gone ? change(next, 'empty', next.absentFrom ?? at) : { state: next, change: null };
}

/** How much longer the spot has been seen to be bare; in a gap longer than missed detections make, nobody looked. */
function lookedFor(zone: SpotZone, { lookedMs }: SpotState, at: Moment): number {
  return lookedMs === null ? 0 : Math.min(at.ms - lookedMs, longestGapMs(zone));
}

function silent(
  zone: SpotZone,
  state: SpotState,
  at: Moment,
  from: Moment,
  means: 'empty' | 'maybe' | 'nothing',
): SpotStep {
  const shown = means === 'maybe' && state.absentFrom !== null && state.witnessed >= MIN_ABSENT_FRAMES;
  if (state.occupancy === 'empty' || !(shown || means === 'empty')) return { state, change: null };
  if (at.ms - (state.blindFromMs ?? from.ms) < zone.leaveAfterMs) return { state, change: null };
  const absentFrom = state.absentFrom ?? from;
  return change({ ...state, absentFrom }, 'empty', absentFrom);
}

function lost(state: SpotState, at: Moment): SpotStep {
  if (!spokenOf(state)) return { state, change: null };
  const { occupancy, since, parked, seen } = state;
  const blind: SpotState = { ...UNSEEN, occupancy, since, parked, seen };
  return state.occupancy === 'unknown' ? { state: blind, change: null } : change(blind, 'unknown', at);
}

function missed(zone: SpotZone, standing: Standing, at: Moment, elsewhere: boolean): Standing | null {
  if (expired(zone, standing, at)) return null;
  return elsewhere ? { ...standing, misses: standing.misses + 1 } : standing;
}

function expired(zone: SpotZone, standing: Standing, at: Moment): boolean {
  return at.ms - standing.last.ms > longestGapMs(zone);
}

/** Gaps up to `enterAfterMs` are missed detections; cameras slower than that need a longer `enterAfterMs`. */
function longestGapMs(zone: SpotZone): number {
  return Math.max(zone.enterAfterMs, MIN_GAP_MS);
}

function change(state: SpotState, occupancy: Occupancy, since: Moment): SpotStep {
  return {
    state: { ...state, occupancy, since, parked: occupancy === 'occupied' ? (state.standing?.box ?? null) : null },
    change: {
      previous: state.occupancy,
      previousSince: state.since,
      state: occupancy,
      since,
      seen: occupancy === 'occupied' || state.occupancy === 'occupied' ? state.seen : null,
    },
  };
}
