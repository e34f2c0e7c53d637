/*
 * One sensor and the zones that look at it: clock → order → spots, tracks → areas, lines.
 *
 *   waiting ──first frame──▶ alive ──silent for staleAfterMs, and the scene can't just be empty──▶ lost ──frame──▶ alive
 */
import type { Frame } from '@companion/deepstream/message';
import type { PipelineConfig, SilenceRule, SpotZone, WatchingZone } from '../model/config.ts';
import type { AreaEvent, LineEvent, Liveness } from '../model/event.ts';
import { createFrameBuffer, type FrameBufferState, type WaitingFrame } from './frame-buffer.ts';
import { clockFrame, clockTick, type Moment, type SensorClock } from './sensor-clock.ts';
import { sightingsOf } from '../model/sighting.ts';
import { createSpotGroup } from '../zones/spot/spot-group.ts';
import type { SpotChange } from '../zones/spot/spot.ts';
import { createTrackedGroup } from '../zones/tracked-group.ts';
import type { TrackerState } from './tracker.ts';
import type { SensorView, ZoneView } from '../model/view.ts';
import type { StateOf, WatchState } from '../zones/watch-state.ts';

/** What a sensor has to say; the pipeline makes events of it. */
export type SensorFinding =
  | { readonly kind: 'spot'; readonly zone: SpotZone; readonly change: SpotChange }
  | { readonly kind: 'event'; readonly event: AreaEvent | LineEvent }
  | { readonly kind: 'sensor'; readonly state: Liveness; readonly at: Moment; readonly previousSince: Moment | null };

/** What is remembered of a sensor besides its zones, as plain JSON. */
export interface SensorState {
  readonly clock: SensorClock | null;
  readonly liveness: Liveness;
  readonly since: Moment | null;
  readonly buffer: FrameBufferState;
  readonly tracker: TrackerState | null;
  readonly frames: number;
  readonly dropped: number;
}

/** One sensor at work. */
export interface Sensor {
  readonly name: string;
  /** Whether it has sent a frame within `withinMs` of our own clock. */
  heard(withinMs: number): boolean;
  frame(frame: Frame, receivedMs: number): void;
  /** `othersAlive`: DeepStream sends for other cameras. */
  tick(nowMs: number, othersAlive: boolean): void;
  /** Lets go what waits for its turn. */
  flush(): void;
  /** Gives the sensor up: nobody has looked for a long time. */
  lose(): void;
  liveness(): Liveness | null;
  zones(): readonly ZoneView[];
  view(nowMs: number): SensorView | null;
  state(): SensorState;
  watchStates(): readonly (readonly [string, WatchState])[];
}

/** Takes findings, in their order. */
export type Find = (finding: SensorFinding) => void;

/** What a sensor is made of. */
export interface SensorOptions {
  readonly name: string;
  readonly zones: readonly WatchingZone[];
  readonly scale: PipelineConfig['frame'];
  readonly state: SensorState | undefined;
  readonly stateOf: StateOf;
  /** Sees every frame in its turn, before the zones do. */
  readonly onTurn: (sensor: string, at: Moment, frame: WaitingFrame) => void;
  readonly find: Find;
  /** Sees what came too late. */
  readonly onLate: (sensor: string, at: Moment, frame: Frame) => void;
}

/** Silence shorter than this says nothing. */
const quietAfterMs = 1_000;

/** Makes a sensor. */
export function createSensor({ name, zones, scale, state, stateOf, onTurn, onLate, find }: SensorOptions): Sensor {
  let clock = state?.clock ?? undefined;
  let liveness: Liveness = state?.liveness ?? 'alive';
  let since = state?.since ?? null;
  let frames = state?.frames ?? 0;
  let dropped = state?.dropped ?? 0;
  const buffer = createFrameBuffer(state?.buffer);
  const spots = createSpotGroup(
    zones.filter((zone) => zone.kind === 'spot'),
    stateOf,
    (zone, change) => find({ kind: 'spot', zone, change }),
  );
  const tracked = createTrackedGroup(
    zones.filter((zone) => zone.kind !== 'spot'),
    stateOf,
    state?.tracker ?? undefined,
    (event) => find({ kind: 'event', event }),
  );
  const staleAfterMs = Math.min(...zones.map((zone) => zone.staleAfterMs));

  function show(at: Moment, frame: WaitingFrame): void {
    frames++;
    onTurn(name, at, frame);
    if (zones.length === 0) return;
    const sightings = sightingsOf(frame.detections, scale);
    spots.see(at, sightings);
    tracked.see(at, sightings);
  }

  function release(untilMs: number): void {
    for (let frame = buffer.take(untilMs); frame; frame = buffer.take(untilMs)) show(frame.at, frame);
  }

  function setLiveness(next: Liveness, at: Moment): void {
    const previousSince = since;
    liveness = next;
    since = at;
    find({ kind: 'sensor', state: next, at, previousSince });
  }

  function lose(at: Moment, spared: readonly SilenceRule[]): void {
    if (liveness === 'lost') return;
    setLiveness('lost', at);
    spots.lose(at, spared);
    tracked.lose(spared);
  }

  function shift(byMs: number): void {
    buffer.shift(byMs);
    if (since) since = { ...since, ms: since.ms + byMs };
    spots.shift(byMs);
    tracked.shift(byMs);
  }

  return {
    name,
    heard: (withinMs) => clock !== undefined && liveness === 'alive' && clock.silentMs < withinMs,
    frame(frame, receivedMs) {
      const step = clockFrame(clock, frame.timeMs, receivedMs);
      clock = step.clock;
      if (step.shiftMs !== 0) shift(step.shiftMs);
      since ??= clock.frame;
      if (liveness === 'lost') setLiveness('alive', { ms: clock.atMs, clock: clock.frame.clock });
      if (!buffer.add(clock.frame, frame)) {
        dropped++;
        onLate(name, clock.frame, frame);
      }
      release(clock.atMs);
    },
    tick(nowMs, othersAlive) {
      if (clock === undefined) return;
      clock = clockTick(clock, nowMs);
      release(clock.atMs);
      if (clock.silentMs < quietAfterMs || zones.length === 0) return;
      const at: Moment = { ms: clock.atMs, clock: 'received' };
      spots.quiet(at, clock.frame, liveness === 'lost');
      tracked.quiet(at, othersAlive);
      const rule: SilenceRule = zones.every((zone) => zone.silence === 'empty') ? 'empty' : 'unknown';
      // Only others' messages show that DeepStream lives.
      if (clock.silentMs >= staleAfterMs && rule !== 'empty' && !(othersAlive && spots.mayBeEmpty()))
        lose(at, ['empty', 'keep']);
    },
    flush: () => release(Infinity),
    lose() {
      if (clock === undefined || zones.length === 0) return;
      release(Infinity);
      lose({ ms: clock.atMs, clock: 'received' }, ['keep']);
    },
    liveness: () => (clock === undefined || zones.length === 0 ? null : liveness),
    zones: () => [...spots.views(name), ...tracked.views(name)],
    view: (nowMs) =>
      clock === undefined
        ? null
        : {
            sensor: name,
            state: liveness,
            at: { ms: clock.atMs, clock: clock.frame.clock },
            lagMs: nowMs - clock.baseMs,
            frames,
            dropped,
          },
    state: () => ({
      clock: clock ?? null,
      liveness,
      since,
      buffer: buffer.state(),
      tracker: tracked.trackerState(),
      frames,
      dropped,
    }),
    watchStates: () => [...spots.states(), ...tracked.states()],
  };
}
