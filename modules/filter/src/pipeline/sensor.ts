/*
 * One sensor and the zones that look at it: clock → order → spots, tracks → areas, lines.
 *
 *   waiting ──first frame──▶ alive ──silent for staleAfterMs, and the scene can't just be empty──▶ lost ──frame──▶ alive
 */
import type { Box, Frame } from '@companion/deepstream/message';
import { areaTotals, endArea, seeArea, shiftArea, unseenArea, waitArea, type AreaState } from './area.ts';
import type { AreaZone, LineZone, PipelineConfig, SilenceRule, SpotZone, WatchingZone } from './config.ts';
import { createCoverage } from './coverage.ts';
import type { AreaEvent, LineEvent, Liveness } from './event.ts';
import { createFrameBuffer, type FrameBufferState, type WaitingFrame } from './frame-buffer.ts';
import { acceptedLabels } from './label.ts';
import { lineTotals, seeLine, shiftLine, uncrossedLine, type LineState } from './line.ts';
import { clockFrame, clockTick, type Moment, type SensorClock } from './sensor-clock.ts';
import { sightingsOf, type Sighting } from './sighting.ts';
import {
  shiftSpot,
  spokenOf,
  stepSpot,
  stoodUntilNow,
  UNSEEN,
  type SpotChange,
  type SpotInput,
  type SpotState,
} from './spot.ts';
import { createTracker, type Track, type TrackerState } from './tracker.ts';
import type { SensorView, ZoneView } from './view.ts';

/** What a sensor has to say; the pipeline makes events of it. */
export type SensorFinding =
  | { readonly kind: 'spot'; readonly zone: SpotZone; readonly change: SpotChange }
  | { readonly kind: 'event'; readonly event: AreaEvent | LineEvent }
  | { readonly kind: 'sensor'; readonly state: Liveness; readonly at: Moment; readonly previousSince: Moment | null };

/** What is remembered of a zone. */
export type WatchState = SpotState | AreaState | LineState;

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
  readonly stateOf: (zone: WatchingZone) => WatchState | undefined;
  /** Sees every frame in its turn, before the zones do. */
  readonly onTurn: (sensor: string, at: Moment, frame: WaitingFrame) => void;
  readonly find: Find;
  /** Sees what came too late. */
  readonly onLate: (sensor: string, at: Moment, frame: Frame) => void;
}

interface Watch<Zone, State> {
  readonly zone: Zone;
  state: State;
  readonly labels: ReadonlySet<string>;
}

/** Silence shorter than this says nothing. */
const QUIET_AFTER_MS = 1_000;

/** Makes a sensor. */
export function createSensor({ name, zones, scale, state, stateOf, onTurn, onLate, find }: SensorOptions): Sensor {
  let clock = state?.clock ?? undefined;
  let liveness: Liveness = state?.liveness ?? 'alive';
  let since = state?.since ?? null;
  let frames = state?.frames ?? 0;
  let dropped = state?.dropped ?? 0;
  const buffer = createFrameBuffer(state?.buffer);
  const tracker = createTracker(state?.tracker ?? undefined);
  const spots: Watch<SpotZone, SpotState>[] = [];
  const areas: Watch<AreaZone, AreaState>[] = [];
  const lines: Watch<LineZone, LineState>[] = [];
  for (const zone of zones) {
    const labels = acceptedLabels(zone.classes);
    const known = stateOf(zone);
    if (zone.kind === 'spot') spots.push({ zone, labels, state: (known as SpotState | undefined) ?? UNSEEN });
    else if (zone.kind === 'area')
      areas.push({ zone, labels, state: copyOf((known as AreaState | undefined) ?? unseenArea()) });
    else lines.push({ zone, labels, state: copyOf((known as LineState | undefined) ?? uncrossedLine()) });
  }
  const coverage = createCoverage(spots.map(({ zone }) => zone));
  const tracking = areas.length + lines.length > 0;
  const trackedLabels = new Set([...areas, ...lines].flatMap((watch) => [...watch.labels]));
  const staleAfterMs = Math.min(...zones.map((zone) => zone.staleAfterMs));
  const heldBox = (index: number): Box | null => {
    const known = spots[index]?.state;
    if (known === undefined) return null;
    const { standing, occupancy, parked } = known;
    return standing !== null && standing.sightings > 1 && occupancy !== 'occupied' ? standing.box : parked;
  };

  function move(spot: Watch<SpotZone, SpotState>, input: SpotInput): void {
    const step = stepSpot(spot.zone, spot.state, input);
    spot.state = step.state;
    if (step.change) find({ kind: 'spot', zone: spot.zone, change: step.change });
  }

  function show(at: Moment, frame: WaitingFrame): void {
    frames++;
    onTurn(name, at, frame);
    if (zones.length === 0) return;
    const sightings = sightingsOf(frame.detections, scale);
    if (spots.length > 0) {
      const covers = coverage.look(sightings, heldBox);
      const elsewhere = sightings.length > 0;
      for (let n = 0; n < spots.length; n++) {
        const spot = spots[n];
        const sighting = covers[n];
        if (spot === undefined) continue;
        move(spot, sighting ? { type: 'covered', at, sighting } : { type: 'absent', at, elsewhere });
      }
    }
    if (tracking) track(at, sightings);
  }

  function track(at: Moment, sightings: readonly Sighting[]): void {
    const tracks = tracker.follow(
      at.ms,
      sightings.filter(({ label }) => trackedLabels.has(label.toLowerCase())),
    );
    const seenBy = ({ zone, labels }: Watch<WatchingZone, unknown>): readonly Track[] =>
      tracks.filter(
        ({ label, seen }) => labels.has(label) && (seen.confidence === null || seen.confidence >= zone.minConfidence),
      );
    for (const area of areas) {
      for (const event of seeArea(area.zone, area.state, at, seenBy(area))) find({ kind: 'event', event });
    }
    for (const line of lines) {
      for (const event of seeLine(line.zone, line.state, at, seenBy(line))) find({ kind: 'event', event });
    }
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

  /** Silence can't be an empty scene if something stood in it. */
  function sceneMayBeEmpty(): boolean {
    return !spots.some((spot) => stoodUntilNow(spot.state));
  }

  function lose(at: Moment, spared: readonly SilenceRule[]): void {
    if (liveness === 'lost') return;
    setLiveness('lost', at);
    for (const spot of spots) if (!spared.includes(spot.zone.silence)) move(spot, { type: 'lost', at });
    for (const { zone, state: area } of areas) {
      if (spared.includes(zone.silence)) continue;
      for (const event of endArea(zone, area, 'lost')) find({ kind: 'event', event });
    }
  }

  function quiet(at: Moment, from: Moment, othersAlive: boolean): void {
    const scene = sceneMayBeEmpty() ? 'maybe' : 'nothing';
    for (const spot of spots) {
      if (!spokenOf(spot.state) || (spot.zone.silence === 'keep' && liveness === 'lost')) continue;
      move(spot, { type: 'silent', at, from, means: spot.zone.silence === 'empty' ? 'empty' : scene });
    }
    for (const { zone, state: area } of areas) {
      if (!(zone.silence === 'empty' || (zone.silence === 'unknown' && othersAlive))) continue;
      for (const event of waitArea(zone, area, at)) find({ kind: 'event', event });
    }
  }

  function shift(byMs: number): void {
    buffer.shift(byMs);
    tracker.shift(byMs);
    if (since) since = { ...since, ms: since.ms + byMs };
    for (const spot of spots) spot.state = shiftSpot(spot.state, byMs);
    for (const area of areas) shiftArea(area.state, byMs);
    for (const line of lines) shiftLine(line.state, byMs);
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
      if (clock.silentMs < QUIET_AFTER_MS || zones.length === 0) return;
      const at: Moment = { ms: clock.atMs, clock: 'received' };
      quiet(at, clock.frame, othersAlive);
      const rule: SilenceRule = zones.every((zone) => zone.silence === 'empty') ? 'empty' : 'unknown';
      // Only others' messages show that DeepStream lives.
      if (clock.silentMs >= staleAfterMs && rule !== 'empty' && !(othersAlive && sceneMayBeEmpty()))
        lose(at, ['empty', 'keep']);
    },
    flush: () => release(Infinity),
    lose() {
      if (clock === undefined || zones.length === 0) return;
      release(Infinity);
      lose({ ms: clock.atMs, clock: 'received' }, ['keep']);
    },
    liveness: () => (clock === undefined || zones.length === 0 ? null : liveness),
    zones: () => [
      ...spots.map(({ zone, state: { occupancy, since: from } }) => {
        return { zone: zone.name, kind: zone.kind, sensor: name, state: occupancy, since: from };
      }),
      ...areas.map(({ zone, state: area }) => {
        const totals = areaTotals(zone, area);
        return { zone: zone.name, kind: zone.kind, sensor: name, state: area.state, since: area.since, totals };
      }),
      ...lines.map(({ zone, state: line }) => {
        const totals = lineTotals(line);
        return { zone: zone.name, kind: zone.kind, sensor: name, state: line.state, since: line.since, totals };
      }),
    ],
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
      tracker: tracking ? tracker.state() : null,
      frames,
      dropped,
    }),
    watchStates: () => [
      ...spots.map(({ zone, state: spot }) => [zone.name, spot] as const),
      ...areas.map(({ zone, state: area }) => [zone.name, copyOf(area)] as const),
      ...lines.map(({ zone, state: line }) => [zone.name, copyOf(line)] as const),
    ],
  };
}

/** States of areas and lines change in place; what is handed over must not. */
function copyOf<T extends AreaState | LineState>(state: T): T {
  return JSON.parse(JSON.stringify(state)) as T;
}
