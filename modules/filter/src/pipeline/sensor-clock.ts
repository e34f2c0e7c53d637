/*
 * Event time of one sensor. Stamps of DeepStream come as 1970 at the start of a source, count from zero on RTSP without
 * sender reports, repeat, go backwards and jump; everything downstream wants one time that only grows.
 *
 *   not anchored ──readable stamp──▶ anchored
 *   (time of receipt)                (device time; a stamp that can't be right is replaced by the time of receipt,
 *                                     mapped onto device time by the last good pair of the two)
 *
 * Invariants: `atMs` never falls, with one exception: when the first readable stamp shows that the device's time and
 * ours are further apart than the disorder we accept (recordings, cameras set wrong), the time is rebased once and
 * the caller gets `shiftMs` to move what it remembers. A step of our own clock moves the time by at most MAX_STEP_MS.
 */

/** What a time rests on: DeepStream's stamp, or the moment of receipt where the stamp was missing or can't be right. */
export type ClockSource = 'device' | 'received';

/** A time of a sensor, milliseconds since 1970, and what it rests on. */
export interface Moment {
  readonly ms: number;
  readonly clock: ClockSource;
}

/** All the clock remembers of a sensor; plain JSON. */
export interface SensorClock {
  readonly anchored: boolean;
  /** The newest time given out. */
  readonly atMs: number;
  /** The moment of the last frame. */
  readonly frame: Moment;
  /** The last frame's own time; `atMs` may be ahead of it. */
  readonly baseMs: number;
  /** Our own clock's time that has passed since the last frame. */
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
const EARLIEST_MS = Date.UTC(2015, 0, 1);
/** Further ahead of our own clock, a stamp would make all later ones look old. */
const FAR_FUTURE_MS = 60_000;
/** Out of order by this much is normal; more is a clock that was set. */
const DISORDER_MS = 10_000;
/** Ticks come every second or so; a longer step means that the process slept or the wall clock was set. */
const MAX_STEP_MS = 5_000;

/** Takes a frame's stamp (null for none) and the time of its receipt; `clock` is undefined for the sensor's first frame. */
export function clockFrame(clock: SensorClock | undefined, stampMs: number | null, receivedMs: number): ClockStep {
  const stamp = readable(stampMs, receivedMs) ? stampMs : null;
  if (clock === undefined) return { clock: restarted(stamp ?? receivedMs, stamp !== null, receivedMs), shiftMs: 0 };

  const silentMs = clock.silentMs + wallStep(clock, receivedMs);
  const estimateMs = clock.baseMs + silentMs;
  if (stamp === null)
    return received(clock, clock.anchored ? estimateMs : Math.max(estimateMs, receivedMs), receivedMs);

  if (!clock.anchored) {
    const shiftMs = stamp - Math.max(estimateMs, clock.atMs);
    if (Math.abs(shiftMs) > DISORDER_MS) return { clock: restarted(stamp, true, receivedMs), shiftMs };
  } else if (stamp < clock.atMs - DISORDER_MS) {
    return received(clock, estimateMs, receivedMs);
  }
  return moved(clock, true, { ms: stamp, clock: 'device' }, receivedMs);
}

/** Lets our own clock move a silent sensor's time on. */
export function clockTick(clock: SensorClock, nowMs: number): SensorClock {
  const silentMs = clock.silentMs + wallStep(clock, nowMs);
  return { ...clock, silentMs, wallMs: nowMs, atMs: Math.max(clock.atMs, clock.baseMs + silentMs) };
}

function readable(stampMs: number | null, receivedMs: number): stampMs is number {
  return stampMs !== null && stampMs >= EARLIEST_MS && stampMs <= receivedMs + FAR_FUTURE_MS;
}

function wallStep(clock: SensorClock, nowMs: number): number {
  return Math.min(Math.max(nowMs - clock.wallMs, 0), MAX_STEP_MS);
}

function restarted(ms: number, anchored: boolean, receivedMs: number): SensorClock {
  const frame: Moment = { ms, clock: anchored ? 'device' : 'received' };
  return { anchored, atMs: ms, frame, baseMs: ms, silentMs: 0, wallMs: receivedMs };
}

function received(clock: SensorClock, ms: number, receivedMs: number): ClockStep {
  return moved(clock, clock.anchored, { ms, clock: 'received' }, receivedMs);
}

function moved(clock: SensorClock, anchored: boolean, base: Moment, receivedMs: number): ClockStep {
  const atMs = Math.max(clock.atMs, base.ms);
  const frame: Moment = { ms: atMs, clock: base.clock };
  return { clock: { anchored, atMs, frame, baseMs: base.ms, silentMs: 0, wallMs: receivedMs }, shiftMs: 0 };
}
