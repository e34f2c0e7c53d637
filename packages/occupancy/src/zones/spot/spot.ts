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
 * doesn't interrupt a vehicle's standing.
 *
 * Whether a vehicle is gone is weighed: `bareMs` grows with the time that misses take and shrinks `missesPerSighting` times
 * as fast with the time that sightings take; at zero, the absence has never been. A vehicle that is hidden most of the time
 * stays, a false box delays by a moment only, and neither depends on how many frames a second the camera sends.
 *
 * A spot is seen to be bare while frames show something elsewhere. Frames that show nothing, and silence, may be a bare
 * scene or a blind camera: misses before them, blindness and misses after them never add up to an absence. Such a
 * stretch counts only where it alone lasts leaveAfterMs, and silence only where nothing stood in the scene when it began,
 * unless it is said to mean an empty scene. All of it is plain JSON.
 */
import type { Occupancy } from '../../model/spot-tally.ts';
import { shiftMoment, type Moment } from '../../model/moment.ts';
import type { Sighting } from '../../model/sighting.ts';
import { missStanding, missesPerSighting, seeStanding, stands, type Standing } from './standing.ts';
import type { SpotZone } from './types.ts';

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
  /** How much misses of that stretch outweigh its sightings, and the last frame that said either; a spot that is known to be empty need not be watched. */
  readonly bareMs: number;
  readonly lookedMs: number | null;
  /** Since when frames have shown nothing at all; null while they show something. */
  readonly blindFromMs: number | null;
  /** Since when something in front has hidden it; null while it can be seen. */
  readonly hiddenFromMs: number | null;
  /** Since when its sensor has been silent, where it stays empty all the same; null while it can be seen. */
  readonly unconfirmedFromMs: number | null;
  /** Where the vehicle stands that the spot is occupied by; null while it is not. */
  readonly parked: Sighting['box'] | null;
  /** What was seen on the spot last. */
  readonly seen: Sighting | null;
}

/** What a frame, a silence or a loss says about a spot. `at` is the sensor's time. */
export type SpotInput =
  /** `frameMs`: the usual time from one frame to the next. */
  | { readonly type: 'covered'; readonly at: Moment; readonly sighting: Sighting; readonly frameMs: number }
  | { readonly type: 'absent'; readonly at: Moment; readonly elsewhere: boolean; readonly frameMs: number }
  /** Something in front hides it. */
  | { readonly type: 'hidden'; readonly at: Moment }
  /** `from`: the sensor's last frame; `means`: whether silence is an empty scene, may be one, or can't be. */
  | {
      readonly type: 'silent';
      readonly at: Moment;
      readonly from: Moment;
      readonly means: 'empty' | 'maybe' | 'nothing';
    }
  | { readonly type: 'lost'; readonly at: Moment }
  /** Its sensor was lost, and nothing says that the scene is not just empty. */
  | { readonly type: 'unconfirmed'; readonly at: Moment };

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
export const unseen: SpotState = {
  occupancy: 'unknown',
  since: null,
  standing: null,
  absentFrom: null,
  absentFrames: 0,
  witnessed: 0,
  bareMs: 0,
  lookedMs: null,
  blindFromMs: null,
  hiddenFromMs: null,
  unconfirmedFromMs: null,
  parked: null,
  seen: null,
};

/** A vehicle is not believed gone from fewer misses, over its sightings: eight in a row come by chance now and then. */
const minMisses = 10;
/** The longest that a scene may be empty without a word. */
const maxUnconfirmedMs = 12 * 3_600_000;
/** Deliveries and queues in front of a spot are over by then. */
const maxHiddenMs = 300_000;
/** An absence is not believed from fewer frames, whether or not something was there. */
const minAbsentFrames = 3;

/** Moves a spot on by one input. */
export function stepSpot(zone: SpotZone, state: SpotState, input: SpotInput): SpotStep {
  switch (input.type) {
    case 'covered':
      return covered(zone, state, input);
    case 'absent':
      return absent(zone, state, input);
    case 'hidden':
      return hidden(zone, state, input.at);
    case 'silent':
      return silent(zone, state, input.at, input.from, input.means);
    case 'lost':
      return lost(state, input.at);
    case 'unconfirmed':
      return unconfirmed(state, input.at);
  }
}

/** Whether something was seen standing there until the last frames: then silence can't be an empty scene. */
export function stoodUntilNow(state: SpotState): boolean {
  return state.witnessed < minAbsentFrames && (state.standing !== null || state.occupancy === 'occupied');
}

/** Whether a frame has spoken of the spot since it was made or lost; silence says nothing about the others. */
export function spokenOf(state: SpotState): boolean {
  return state.standing !== null || state.absentFrom !== null;
}

/** Moves all remembered times, after the sensor's clock was rebased. */
export function shiftSpot(state: SpotState, shiftMs: number): SpotState {
  const shiftTime = (ms: number | null): number | null => (ms === null ? null : ms + shiftMs);
  const { since, standing, absentFrom } = state;
  return {
    ...state,
    since: since && shiftMoment(since, shiftMs),
    standing: standing && {
      ...standing,
      from: shiftMoment(standing.from, shiftMs),
      last: shiftMoment(standing.last, shiftMs),
    },
    absentFrom: absentFrom && shiftMoment(absentFrom, shiftMs),
    lookedMs: shiftTime(state.lookedMs),
    blindFromMs: shiftTime(state.blindFromMs),
    hiddenFromMs: shiftTime(state.hiddenFromMs),
    unconfirmedFromMs: shiftTime(state.unconfirmedFromMs),
  };
}

function covered(
  zone: SpotZone,
  state: SpotState,
  { at, sighting, frameMs }: Extract<SpotInput, { type: 'covered' }>,
): SpotStep {
  const standing = seeStanding(zone, state.standing, { at, sighting, frameMs });
  const bareMs = Math.max(0, state.bareMs - missesPerSighting * lookedFor(zone, state, at));
  const present = bareMs === 0;
  const isThere = stands(zone, standing, frameMs);
  const next: SpotState = {
    occupancy: state.occupancy,
    since: state.since,
    standing,
    absentFrom: present ? null : state.absentFrom,
    absentFrames: present ? 0 : state.absentFrames,
    witnessed: present ? 0 : state.witnessed,
    bareMs,
    lookedMs: at.ms,
    blindFromMs: null,
    hiddenFromMs: null,
    unconfirmedFromMs: null,
    // It may have been taken for standing while it still turned in: where it stands now is where it is expected.
    parked: state.occupancy === 'occupied' && isThere ? standing.box : state.parked,
    seen: standing.strays > 0 ? state.seen : sighting,
  };
  return state.occupancy === 'occupied' || !isThere
    ? { state: next, change: null }
    : change(next, 'occupied', standing.from);
}

/**
 * What is hidden is neither seen nor missed, for as long as vehicles stop in front of others; what hides it for longer is
 * no reason to believe in it for ever.
 */
function hidden(zone: SpotZone, state: SpotState, at: Moment): SpotStep {
  const hiddenFromMs = state.hiddenFromMs ?? at.ms;
  if (at.ms - hiddenFromMs > maxHiddenMs) {
    const { state: next, change } = absent(zone, state, { at, elsewhere: true, frameMs: 0 });
    return { state: { ...next, hiddenFromMs }, change };
  }
  const first = state.occupancy === 'unknown' && state.absentFrom === null && state.standing === null;
  return { state: { ...state, hiddenFromMs, lookedMs: first ? null : at.ms, blindFromMs: null }, change: null };
}

function absent(
  zone: SpotZone,
  state: SpotState,
  { at, elsewhere, frameMs }: Pick<Extract<SpotInput, { type: 'absent' }>, 'at' | 'elsewhere' | 'frameMs'>,
): SpotStep {
  const { occupancy } = state;
  if (occupancy === 'empty' && state.standing === null && state.absentFrom !== null) {
    // As a rule; the copy is made for the few.
    if (state.hiddenFromMs === null && state.unconfirmedFromMs === null) return { state, change: null };
    return { state: { ...state, hiddenFromMs: null, unconfirmedFromMs: null }, change: null };
  }
  const next: SpotState = {
    occupancy,
    since: state.since,
    standing: state.standing && missStanding(zone, state.standing, { at, elsewhere, frameMs }),
    absentFrom: state.absentFrom ?? at,
    absentFrames: Math.min(state.absentFrames + 1, minAbsentFrames),
    witnessed: elsewhere ? Math.min(state.witnessed + 1, minAbsentFrames) : state.witnessed,
    bareMs: elsewhere && state.absentFrom !== null ? state.bareMs + lookedFor(zone, state, at) : state.bareMs,
    lookedMs: elsewhere ? at.ms : state.lookedMs,
    blindFromMs: elsewhere ? null : (state.blindFromMs ?? at.ms),
    hiddenFromMs: null,
    unconfirmedFromMs: null,
    parked: state.parked,
    seen: state.seen,
  };
  if (occupancy === 'empty' || next.absentFrames < minAbsentFrames) return { state: next, change: null };
  const blindMs = next.blindFromMs === null ? 0 : at.ms - next.blindFromMs;
  const gone = Math.max(next.bareMs, blindMs) >= zone.leaveAfterMs;
  return gone ? change(next, 'empty', next.absentFrom ?? at) : { state: next, change: null };
}

/**
 * The time that one frame speaks for: since the last one, but no more than its share of leaveAfterMs, so that a camera of
 * one frame a second must miss a vehicle ten times too. In longer gaps nobody looked.
 */
function lookedFor(zone: SpotZone, { lookedMs }: SpotState, at: Moment): number {
  return lookedMs === null ? 0 : Math.min(at.ms - lookedMs, zone.leaveAfterMs / minMisses);
}

function silent(
  zone: SpotZone,
  state: SpotState,
  at: Moment,
  from: Moment,
  means: 'empty' | 'maybe' | 'nothing',
): SpotStep {
  const shown = means === 'maybe' && state.absentFrom !== null && state.witnessed >= minAbsentFrames;
  if (state.occupancy === 'empty' || !(shown || means === 'empty')) return { state, change: null };
  if (at.ms - (state.blindFromMs ?? from.ms) < zone.leaveAfterMs) return { state, change: null };
  const absentFrom = state.absentFrom ?? from;
  return change({ ...state, absentFrom }, 'empty', absentFrom);
}

/** What was seen to be empty when silence began stays so for a night; all else is not known any more. */
function unconfirmed(state: SpotState, at: Moment): SpotStep {
  const { occupancy } = state;
  const unconfirmedFromMs = state.unconfirmedFromMs ?? at.ms;
  if (occupancy !== 'empty' || at.ms - unconfirmedFromMs > maxUnconfirmedMs) return lost(state, at);
  return state.unconfirmedFromMs === null
    ? { state: { ...state, unconfirmedFromMs }, change: null }
    : { state, change: null };
}

function lost(state: SpotState, at: Moment): SpotStep {
  if (!spokenOf(state)) return { state, change: null };
  const { occupancy, since, parked, seen } = state;
  const blind: SpotState = { ...unseen, occupancy, since, parked, seen };
  return state.occupancy === 'unknown' ? { state: blind, change: null } : change(blind, 'unknown', at);
}

/** The evidence for a change is used up by it: what speaks for the next one has to come after. */
function change(state: SpotState, occupancy: Occupancy, since: Moment): SpotStep {
  const isOccupied = occupancy === 'occupied';
  const weighed = isOccupied ? { absentFrom: null, absentFrames: 0, witnessed: 0 } : { standing: null };
  const parked = isOccupied ? (state.standing?.box ?? null) : null;
  return {
    state: { ...state, ...weighed, bareMs: 0, occupancy, since, parked },
    change: {
      previous: state.occupancy,
      previousSince: state.since,
      state: occupancy,
      since,
      seen: isOccupied || state.occupancy === 'occupied' ? state.seen : null,
    },
  };
}
