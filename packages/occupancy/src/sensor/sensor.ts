/*
 * One sensor and the zones that look at it: clock → order → reports, zones.
 *
 *   waiting ──first frame──▶ alive ──silent for staleAfterMs, and the scene can't just be empty──▶ lost ──frame──▶ alive
 *
 * A scene can't just be empty where the sensor sends empty frames too, and after an error that DeepStream has reported.
 */
import type { Frame } from '@companion/deepstream/message';
import { acceptedLabels } from '../model/label.ts';
import { shiftMoment, type Moment } from '../model/moment.ts';
import { sightingsOf, type FrameSize } from '../model/sighting.ts';
import type { Loss, WatchGroup } from '../zones/common/zone-kind.ts';
import type { WatchingKindName, WatchingKinds, WatchingZone, ZoneChange, ZoneState, ZoneView } from '../zones/kinds.ts';
import { createWatchGroups, needsTracks, type ZoneMemory } from '../zones/registry.ts';
import type { Reports } from '../zones/reports.ts';
import { FrameBuffer, type FrameBufferState, type WaitingFrame } from './frame-buffer.ts';
import { clockFrame, clockTick, type SensorClock } from './sensor-clock.ts';
import { FrameRate } from './frame-rate.ts';
import { EmptyFrames, type EmptyFramesState } from './empty-frames.ts';
import type { Liveness, SensorChange, SensorFault } from './sensor-event.ts';
import { Tracker, type TrackerState } from './tracker.ts';

/** What is remembered of a sensor besides its zones, as plain JSON. */
export interface SensorState {
  readonly clock: SensorClock | null;
  readonly liveness: Liveness;
  readonly since: Moment | null;
  readonly buffer: FrameBufferState;
  readonly tracker: TrackerState | null;
  readonly frames: number;
  readonly dropped: number;
  /** Absent while nothing is known of them. */
  readonly emptyFrames?: EmptyFramesState;
  /** Absent while there is none. */
  readonly fault?: SensorFault;
}

/** A sensor that has been heard. */
export interface SensorView {
  readonly sensor: string;
  readonly state: Liveness;
  /** The newest time it has got to. */
  readonly at: Moment;
  /** How far our own clock is ahead of the last frame's time, milliseconds; large where a recording plays. */
  readonly lagMs: number;
  /** Frames that zones have seen, and those that came too late or twice. */
  readonly frames: number;
  readonly dropped: number;
  /** Whether it is known to send frames without objects too. */
  readonly emptyFrames: boolean;
  /** The usual time from one frame to the next; 0 until it is known. */
  readonly frameMs: number;
}

/** What a sensor brings: changes of zones, and of itself. */
export type SensorOutput = ZoneChange | SensorChange;

/** What a sensor is made of. */
export interface SensorOptions {
  readonly name: string;
  readonly zones: readonly WatchingZone[];
  /** Pixels of the frame, where boxes may come normalized. */
  readonly frameSize: FrameSize | undefined;
  readonly state: SensorState | undefined;
  readonly memory: ZoneMemory;
  /** Sees every frame: in its turn before the zones do, and what comes too late at once. */
  readonly reports: Reports;
}

/** Silence shorter than this says nothing. */
const quietAfterMs = 1_000;

/** One sensor at work. */
export class Sensor {
  readonly name: string;
  readonly #zones: readonly WatchingZone[];
  readonly #groups: readonly WatchGroup<WatchingKinds[WatchingKindName]>[];
  readonly #frameSize: FrameSize | undefined;
  readonly #reports: Reports;
  readonly #buffer: FrameBuffer;
  /** Undefined where no zone needs to know who is who. */
  readonly #tracker: Tracker | undefined;
  /** The labels that the tracker follows. */
  readonly #followed: ReadonlySet<string>;
  /** The shortest of the zones. */
  readonly #staleAfterMs: number;
  /** Undefined before the first frame. */
  #clock: SensorClock | undefined;
  #liveness: Liveness;
  /** Since when it is alive or lost; null before the first frame. */
  #since: Moment | null;
  #frames: number;
  #dropped: number;
  readonly #emptyFrames: EmptyFrames;
  readonly #rate = new FrameRate();
  /** What DeepStream has said of it since its last frame; the newest. */
  #fault: SensorFault | undefined;

  constructor({ name, zones, frameSize, state, memory, reports }: SensorOptions) {
    const tracked = zones.filter(needsTracks);
    this.name = name;
    this.#zones = zones;
    this.#groups = createWatchGroups(zones, memory);
    this.#frameSize = frameSize;
    this.#reports = reports;
    this.#buffer = new FrameBuffer(state?.buffer);
    this.#tracker = tracked.length === 0 ? undefined : new Tracker(state?.tracker ?? undefined, longestWaitMs(tracked));
    this.#followed = new Set(tracked.flatMap(({ classes }) => [...acceptedLabels(classes)]));
    this.#staleAfterMs = Math.min(...zones.map((zone) => zone.staleAfterMs));
    this.#clock = state?.clock ?? undefined;
    this.#liveness = state?.liveness ?? 'alive';
    this.#since = state?.since ?? null;
    this.#frames = state?.frames ?? 0;
    this.#dropped = state?.dropped ?? 0;
    this.#emptyFrames = new EmptyFrames(state?.emptyFrames);
    this.#fault = state?.fault;
  }

  /** Whether it has sent a frame within `withinMs` of our own clock. */
  heard(withinMs: number): boolean {
    return this.#clock !== undefined && this.#liveness === 'alive' && this.#clock.silentMs < withinMs;
  }

  /** Takes a frame; `receivedMs` of our own clock. */
  frame(frame: Frame, receivedMs: number): SensorOutput[] {
    const { clock, shiftMs } = clockFrame(this.#clock, frame.timeMs, receivedMs);
    this.#clock = clock;
    if (shiftMs !== 0) this.#shift(shiftMs);
    this.#since ??= clock.frame;
    const output: SensorOutput[] = [];
    this.#fault = undefined;
    if (this.#liveness === 'lost') {
      this.#emptyFrames.forget();
      output.push(this.#become('alive', { ms: clock.atMs, clock: clock.frame.clock }));
    }
    if (!this.#buffer.add(clock.frame, frame)) {
      this.#dropped++;
      output.push(...this.#reports.report(this.name, clock.frame, frame.detections));
    }
    this.#release(clock.atMs, output);
    return output;
  }

  /** DeepStream says that it is in trouble; an error counts for more than a warning that follows it. */
  fault(fault: SensorFault): void {
    if (fault.critical || this.#fault?.critical !== true) this.#fault = fault;
  }

  /** Lets time go on; `othersAlive`: DeepStream sends for other cameras. */
  tick(nowMs: number, { othersAlive }: { readonly othersAlive: boolean }): SensorOutput[] {
    const output: SensorOutput[] = [];
    if (this.#clock === undefined) return output;
    const clock = clockTick(this.#clock, nowMs);
    this.#clock = clock;
    this.#release(clock.atMs, output);
    if (clock.silentMs < quietAfterMs || this.#zones.length === 0) return output;
    const at: Moment = { ms: clock.atMs, clock: 'received' };
    const blind = this.#isBlind();
    const silence = { at, from: clock.frame, lost: this.#liveness === 'lost', othersAlive, blind };
    for (const group of this.#groups) output.push(...group.quiet(silence));
    // Only others' messages show that DeepStream lives.
    const mayBeEmpty = othersAlive && this.#groups.every((group) => group.mayBeEmpty());
    const allEmpty = this.#zones.every((zone) => zone.silence === 'empty');
    const isScene = !blind && (allEmpty || mayBeEmpty);
    if (clock.silentMs >= this.#staleAfterMs && !isScene) this.#lose(at, { spared: ['empty', 'keep'], blind }, output);
    return output;
  }

  /** Lets go what waits for its turn. */
  flush(): SensorOutput[] {
    const output: SensorOutput[] = [];
    this.#release(Infinity, output);
    return output;
  }

  /** Gives the sensor up: nobody has looked for a long time. */
  lose(): SensorOutput[] {
    const output: SensorOutput[] = [];
    if (this.#clock === undefined || this.#zones.length === 0) return output;
    this.#release(Infinity, output);
    this.#lose({ ms: this.#clock.atMs, clock: 'received' }, { spared: ['keep'], blind: this.#isBlind() }, output);
    return output;
  }

  /** Null where it has no zones or was never heard. */
  liveness(): Liveness | null {
    return this.#clock === undefined || this.#zones.length === 0 ? null : this.#liveness;
  }

  zones(): readonly ZoneView[] {
    return this.#groups.flatMap((group): readonly ZoneView[] => group.views());
  }

  /** Null where it was never heard; `nowMs` of our own clock. */
  view(nowMs: number): SensorView | null {
    if (this.#clock === undefined) return null;
    const { atMs, frame, baseMs } = this.#clock;
    return {
      sensor: this.name,
      state: this.#liveness,
      at: { ms: atMs, clock: frame.clock },
      lagMs: nowMs - baseMs,
      frames: this.#frames,
      dropped: this.#dropped,
      emptyFrames: this.#emptyFrames.arrive,
      frameMs: this.#rate.usualMs,
    };
  }

  state(): SensorState {
    const emptyFrames = this.#emptyFrames.state();
    return {
      clock: this.#clock ?? null,
      liveness: this.#liveness,
      since: this.#since,
      buffer: this.#buffer.state(),
      tracker: this.#tracker?.state() ?? null,
      frames: this.#frames,
      dropped: this.#dropped,
      ...(emptyFrames && { emptyFrames }),
      ...(this.#fault && { fault: this.#fault }),
    };
  }

  /** What its zones remember, by name. */
  zoneStates(): readonly (readonly [string, ZoneState])[] {
    return this.#groups.flatMap((group): readonly (readonly [string, ZoneState])[] => group.states());
  }

  #release(untilMs: number, output: SensorOutput[]): void {
    for (let frame = this.#buffer.take(untilMs); frame; frame = this.#buffer.take(untilMs)) this.#show(frame, output);
  }

  #show({ at, detections }: WaitingFrame, output: SensorOutput[]): void {
    this.#frames++;
    this.#rate.see(at.ms);
    this.#emptyFrames.see({ atMs: at.ms, isEmpty: detections.length === 0 });
    if (!this.#reports.isEmpty) output.push(...this.#reports.report(this.name, at, detections));
    if (this.#zones.length === 0) return;
    const sightings = sightingsOf(detections, this.#frameSize);
    const wanted = this.#tracker && sightings.filter(({ label }) => this.#followed.has(label.toLowerCase()));
    const tracks = this.#tracker?.follow(at.ms, wanted ?? []) ?? [];
    const scene = { at, sightings, tracks, frameMs: this.#rate.usualMs };
    for (const group of this.#groups) output.push(...group.see(scene));
  }

  /** Whether silence can't be an empty scene. */
  #isBlind(): boolean {
    return this.#emptyFrames.arrive || this.#fault?.critical === true;
  }

  #become(state: Liveness, since: Moment): SensorChange {
    const [previous, previousSince] = [this.#liveness, this.#since];
    this.#liveness = state;
    this.#since = since;
    const what = { kind: 'sensor', type: state === 'lost' ? 'sensor.lost' : 'sensor.restored' } as const;
    const said = state === 'lost' && this.#fault ? { reason: this.#fault.text } : {};
    return { ...what, zone: '', sensor: this.name, state, previous, since, previousSince, seen: null, ...said };
  }

  #lose(at: Moment, loss: Loss, output: SensorOutput[]): void {
    if (this.#liveness === 'lost') return;
    output.push(this.#become('lost', at));
    for (const group of this.#groups) output.push(...group.lose(at, loss));
  }

  #shift(byMs: number): void {
    this.#buffer.shift(byMs);
    this.#emptyFrames.shift(byMs);
    this.#rate.shift(byMs);
    this.#tracker?.shift(byMs);
    if (this.#since) this.#since = shiftMoment(this.#since, byMs);
    for (const group of this.#groups) group.shift(byMs);
  }
}

/** The longest that any of them waits for something out of sight. */
function longestWaitMs(zones: readonly WatchingZone[]): number {
  return Math.max(0, ...zones.map(({ leaveAfterMs }) => leaveAfterMs));
}
