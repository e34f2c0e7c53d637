/*
 * Event time of one sensor. Stamps of DeepStream come as 1970 at the start of a source, count from zero on RTSP without
 * sender reports, repeat, go backwards and jump; everything downstream wants one time that only grows.
 *
 *   not anchored ──readable stamp──▶ anchored
 *   (time of receipt)                (device time; a stamp that can't be right is replaced by the time of receipt,
 *                                     mapped onto device time by the last good pair of the two)
 *
 * Invariants: `atMs` never falls, with one exception: when the first readable stamp shows that the device's time is
 * behind ours, or further ahead than the disorder we accept (recordings, cameras set wrong), the time is rebased once
 * and the caller gets `shiftMs` to move what it remembers. A step of our own clock moves the time by at most `maxStepMs`.
 */
import type { Moment } from '../model/moment.ts';

/** All the clock remembers of a sensor; plain JSON. */
export interface SensorClock {
  readonly anchored: boolean;
  /** The newest time given out. */
  readonly atMs: number;
  /** The last frame's own time; a late one's is before `atMs`. */
  readonly frame: Moment;
  /** The newest frame's time: what our own clock's passing is added to. */
  readonly baseMs: number;
  /** Our own clock's time that has passed since the newest frame. */
  readonly baseAgeMs: number;
  /** Frames in a row that were no newer. */
  readonly lateFrames: number;
  /** Our own clock's time that has passed since the last frame, newest or not. */
  readonly silentMs: number;
  /** Our own clock at the last frame or tick. */
  readonly wallMs: number;
}

/** The clock after a frame, and by how much all earlier times of this sensor must be moved (0 but for a rebase). */
export interface ClockStep {
  readonly clock: SensorClock;
  readonly shiftMs: number;
}

/** DeepStream is younger than 2015; earlier stamps count from zero or come from a camera without a clock. */
const earliestMs = Date.UTC(2015, 0, 1);
/** Further ahead of our own clock, a stamp would make all later ones look old. */
const farFutureMs = 60_000;
/** Out of order by this much is normal; more is a clock that was set. */
const disorderMs = 10_000;
/** So many frames in a row over so long that were no newer: the stamps stand still, or the clock was set back a little. */
const stalledFrames = 5;
const stalledMs = 2_000;
/** Ticks come every second or so; a longer step means that the process slept or the wall clock was set. */
const maxStepMs = 5_000;

/** Takes a frame's stamp (null for none) and the time of its receipt; `clock` is undefined for the sensor's first frame. */
export function clockFrame(clock: SensorClock | undefined, stampMs: number | null, receivedMs: number): ClockStep {
  const stamp = readable(stampMs, receivedMs) ? stampMs : null;
  if (clock === undefined) return { clock: restarted(stamp ?? receivedMs, stamp !== null, receivedMs), shiftMs: 0 };

  const baseAgeMs = clock.baseAgeMs + wallStep(clock, receivedMs);
  const estimateMs = clock.baseMs + baseAgeMs;
  if (stamp === null) {
    const ms = clock.anchored ? estimateMs : Math.max(estimateMs, receivedMs);
    return accepted(clock, { ms, clock: 'received' }, receivedMs, clock.anchored, 0);
  }
  if (!clock.anchored) {
    const shiftMs = stamp - Math.max(estimateMs, clock.atMs);
    if (shiftMs < 0 || shiftMs > disorderMs) return { clock: restarted(stamp, true, receivedMs), shiftMs };
  } else if (stamp < clock.atMs - disorderMs) {
    return accepted(clock, { ms: estimateMs, clock: 'received' }, receivedMs, true, clock.lateFrames + 1);
  }
  const frame: Moment = { ms: stamp, clock: 'device' };
  if (stamp > clock.baseMs || !clock.anchored) return accepted(clock, frame, receivedMs, true, 0);

  const lateFrames = clock.lateFrames + 1;
  const stalled = lateFrames >= stalledFrames && (baseAgeMs >= stalledMs || clock.frame.clock === 'received');
  if (stalled) return accepted(clock, { ms: estimateMs, clock: 'received' }, receivedMs, true, lateFrames);
  return { clock: { ...clock, frame, baseAgeMs, lateFrames, silentMs: 0, wallMs: receivedMs }, shiftMs: 0 };
}

/** Lets our own clock move a silent sensor's time on. */
export function clockTick(clock: SensorClock, nowMs: number): SensorClock {
  const stepMs = wallStep(clock, nowMs);
  const baseAgeMs = clock.baseAgeMs + stepMs;
  const silentMs = clock.silentMs + stepMs;
  return { ...clock, baseAgeMs, silentMs, wallMs: nowMs, atMs: Math.max(clock.atMs, clock.baseMs + baseAgeMs) };
}

/** The clock with this frame as its newest. */
function accepted(
  { atMs }: SensorClock,
  frame: Moment,
  wallMs: number,
  anchored: boolean,
  lateFrames: number,
): ClockStep {
  const { ms } = frame;
  const time = { atMs: Math.max(atMs, ms), frame, baseMs: ms, baseAgeMs: 0 };
  return { clock: { anchored, ...time, lateFrames, silentMs: 0, wallMs }, shiftMs: 0 };
}

function readable(stampMs: number | null, receivedMs: number): stampMs is number {
  return stampMs !== null && stampMs >= earliestMs && stampMs <= receivedMs + farFutureMs;
}

function wallStep(clock: SensorClock, nowMs: number): number {
  return Math.min(Math.max(nowMs - clock.wallMs, 0), maxStepMs);
}

function restarted(ms: number, anchored: boolean, receivedMs: number): SensorClock {
  const frame: Moment = { ms, clock: anchored ? 'device' : 'received' };
  return { anchored, atMs: ms, frame, baseMs: ms, baseAgeMs: 0, lateFrames: 0, silentMs: 0, wallMs: receivedMs };
}
