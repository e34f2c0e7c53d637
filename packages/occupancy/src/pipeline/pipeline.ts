import type { Frame } from '@companion/deepstream/message';
import type { FrameSize } from '../model/sighting.ts';
import { SpotTally, type SpotTotals } from '../model/spot-tally.ts';
import type { SensorEvent, SensorFault, SensorTotals } from '../sensor/sensor-event.ts';
import { Sensor, type SensorOutput, type SensorState, type SensorView } from '../sensor/sensor.ts';
import type { ReportedZone, WatchingZone, Zone, ZoneChange, ZoneState, ZoneView } from '../zones/kinds.ts';
import { createReportGroups, isSamePlace, isWatching, kindOf, type ZoneMemory } from '../zones/registry.ts';
import { Reports } from '../zones/reports.ts';

/** A change, still in the pipeline's terms. */
export type ZoneEvent = ZoneChange | SensorEvent;

/** The kinds of events. */
export type ZoneEventType = ZoneEvent['type'];

/** The pipeline's whole configuration: names are unique. */
export interface PipelineConfig {
  readonly zones: readonly Zone[];
  /** Pixels of the frame where zones were normalized: boxes that come normalized are scaled to it. */
  readonly frame?: FrameSize | undefined;
  /** The same of single sensors, by name; goes before it. */
  readonly frames?: Readonly<Record<string, FrameSize>> | undefined;
}

/** Everything as it stands. */
export interface Snapshot {
  readonly atMs: number;
  readonly totals: SpotTotals;
  readonly zones: readonly ZoneView[];
  readonly sensors: readonly SensorView[];
}

/** What moves the pipeline. Times are milliseconds since 1970 of our own clock. */
export type PipelineInput =
  | { readonly type: 'frame'; readonly frame: Frame; readonly receivedMs: number }
  /** DeepStream says that a sensor is in trouble. */
  | { readonly type: 'fault'; readonly sensor: string; readonly fault: SensorFault }
  /** Once a second or so, and only while messages could arrive: silence then means something. */
  | { readonly type: 'tick'; readonly nowMs: number }
  /** The input is at its end (a recording): frames that wait for earlier ones need wait no more. */
  | { readonly type: 'end' }
  /** Nobody has looked for longer than states can be believed, for example while the module was down. */
  | { readonly type: 'gap' };

/** All that the pipeline remembers, as plain JSON: given to a new pipeline with the same zones, it goes on as if nothing had been. */
export interface PipelineState {
  readonly sensors: Readonly<Record<string, SensorState>>;
  /** Of zones that look at detections, by name. */
  readonly zones: Readonly<Record<string, ZoneState>>;
  /** Of zones that DeepStream reports, by name. */
  readonly reported: Readonly<Record<string, ZoneState>>;
  /** Events that came of a change of the zones and wait for the next step. */
  readonly owed: readonly ZoneEvent[];
}

/** Sensors heard within this time show that DeepStream lives. */
const aliveWithinMs = 10_000;
/** Sensors without zones are remembered for the spots that DeepStream reports; names come from outside. */
const maxSensors = 1_024;

/** From frames and ticks to events: frame → sensor clock → order → zones. No clock, no chance, no I/O of its own. */
export class Pipeline {
  /** The zones in force, by name. */
  #zones: ReadonlyMap<string, Zone>;
  /** Pixels of a sensor's frame. */
  #frameSizes: Pick<PipelineConfig, 'frame' | 'frames'>;
  /** The sensors of zones, and with reported zones those that have spoken of one. */
  #sensors: Map<string, Sensor>;
  #reports: Reports;
  #spots: SpotTally;
  /** Events that came of a change of the zones and wait for the next step. */
  #owed: ZoneEvent[];

  /** `state` is what an earlier pipeline with the same zones remembered. */
  constructor(config: PipelineConfig, state?: PipelineState) {
    const states = new Map(Object.entries({ ...state?.zones, ...state?.reported }));
    const built = build(config, state?.sensors ?? {}, ({ name }) => states.get(name));
    this.#zones = built.zones;
    this.#frameSizes = config;
    this.#sensors = built.sensors;
    this.#reports = built.reports;
    this.#spots = built.spots;
    this.#owed = [...(state?.owed ?? [])];
  }

  /** The events that one input brings, in a fixed order. */
  step(input: PipelineInput): readonly ZoneEvent[] {
    const owed = this.#owed;
    this.#owed = [];
    const events = this.#events(input);
    return owed.length === 0 ? events : [...owed, ...events];
  }

  /**
   * Takes other zones. A zone that keeps its place (sensor and shape) keeps its state, unless its name is in `forget`;
   * what is known of its sensor stays either way.
   */
  configure(config: PipelineConfig, forget: ReadonlySet<string> = new Set()): void {
    const states = new Map<string, ZoneState>([...this.#zoneStates(), ...this.#reports.states()]);
    const kept = new Set(
      config.zones.flatMap((zone) => {
        const known = this.#zones.get(zone.name);
        return known !== undefined && isSamePlace(known, zone) && !forget.has(zone.name) ? [zone.name] : [];
      }),
    );
    for (const zone of this.#zones.values()) {
      const state = states.get(zone.name);
      if (kept.has(zone.name) || state === undefined) continue;
      this.#owed.push(...(kindOf(zone.kind).removal?.events(zone, state) ?? []));
    }
    const built = build(config, this.#sensorStates(), ({ name }) => (kept.has(name) ? states.get(name) : undefined));
    this.#zones = built.zones;
    this.#frameSizes = config;
    this.#sensors = built.sensors;
    this.#reports = built.reports;
    this.#spots = built.spots;
  }

  zones(): readonly ZoneView[] {
    return [...[...this.#sensors.values()].flatMap((sensor) => sensor.zones()), ...this.#reports.views()];
  }

  totals(): SpotTotals {
    return this.#spots.totals();
  }

  /** Everything as it stands; `nowMs` of our own clock. */
  snapshot(nowMs: number): Snapshot {
    return {
      atMs: nowMs,
      totals: this.totals(),
      zones: this.zones(),
      sensors: this.sensors(nowMs),
    };
  }

  /** The sensors that have been heard; `nowMs` of our own clock. */
  sensors(nowMs: number): readonly SensorView[] {
    return [...this.#sensors.values()].map((sensor) => sensor.view(nowMs)).filter((view) => view !== null);
  }

  state(): PipelineState {
    return {
      sensors: this.#sensorStates(),
      zones: Object.fromEntries(this.#zoneStates()),
      reported: Object.fromEntries(this.#reports.states()),
      owed: [...this.#owed],
    };
  }

  #events(input: PipelineInput): readonly ZoneEvent[] {
    switch (input.type) {
      case 'frame':
        return this.#finished(this.#sensorOf(input.frame)?.frame(input.frame, input.receivedMs) ?? []);
      case 'fault':
        this.#sensors.get(input.sensor)?.fault(input.fault);
        return [];
      case 'tick': {
        const alive = new Set([...this.#sensors.values()].filter((sensor) => sensor.heard(aliveWithinMs)));
        return this.#ofAll((sensor) =>
          sensor.tick(input.nowMs, { othersAlive: alive.size > (alive.has(sensor) ? 1 : 0) }),
        );
      }
      case 'end':
        return this.#ofAll((sensor) => sensor.flush());
      case 'gap':
        return this.#ofAll((sensor) => sensor.lose());
    }
  }

  #ofAll(move: (sensor: Sensor) => readonly SensorOutput[]): readonly ZoneEvent[] {
    return [...this.#sensors.values()].flatMap((sensor) => this.#finished(move(sensor)));
  }

  /** Only the pipeline knows how many sensors there are. */
  #finished(output: readonly SensorOutput[]): readonly ZoneEvent[] {
    return output.map((event) => (event.kind === 'sensor' ? { ...event, totals: this.#sensorTotals() } : event));
  }

  #sensorTotals(): SensorTotals {
    const states = [...this.#sensors.values()].map((sensor) => sensor.liveness()).filter((state) => state !== null);
    return { sensors: states.length, lost: states.filter((state) => state === 'lost').length };
  }

  /** The sensor of a frame; undefined if nothing of it could matter. */
  #sensorOf(frame: Frame): Sensor | undefined {
    const known = this.#sensors.get(frame.sensor);
    if (known || this.#sensors.size >= maxSensors || !this.#reports.spokenOf(frame.detections)) return known;
    const made = new Sensor({
      name: frame.sensor,
      zones: [],
      frameSize: frameSizeOf(frame.sensor, this.#frameSizes),
      state: undefined,
      memory: { stateOf: () => undefined, spots: this.#spots },
      reports: this.#reports,
    });
    this.#sensors.set(frame.sensor, made);
    return made;
  }

  #sensorStates(): Record<string, SensorState> {
    return Object.fromEntries([...this.#sensors.values()].map((sensor) => [sensor.name, sensor.state()]));
  }

  #zoneStates(): readonly (readonly [string, ZoneState])[] {
    return [...this.#sensors.values()].flatMap((sensor) => sensor.zoneStates());
  }
}

interface Built {
  readonly zones: ReadonlyMap<string, Zone>;
  readonly sensors: Map<string, Sensor>;
  readonly reports: Reports;
  readonly spots: SpotTally;
}

function frameSizeOf(
  sensor: string,
  { frame, frames }: Pick<PipelineConfig, 'frame' | 'frames'>,
): FrameSize | undefined {
  return frames !== undefined && Object.hasOwn(frames, sensor) ? frames[sensor] : frame;
}

function build(
  config: PipelineConfig,
  sensorStates: Readonly<Record<string, SensorState>>,
  stateOf: ZoneMemory['stateOf'],
): Built {
  const { zones } = config;
  const memory: ZoneMemory = { stateOf, spots: new SpotTally() };
  const bySensor = new Map<string, WatchingZone[]>();
  const reported: ReportedZone[] = [];
  for (const zone of zones) {
    if (!isWatching(zone)) {
      reported.push(zone);
      continue;
    }
    const neighbours = bySensor.get(zone.sensor);
    if (neighbours) neighbours.push(zone);
    else bySensor.set(zone.sensor, [zone]);
  }
  const reports = new Reports(createReportGroups(reported, memory));
  const known = new Map(Object.entries(sensorStates));
  if (!reports.isEmpty) for (const name of known.keys()) if (!bySensor.has(name)) bySensor.set(name, []);
  const sensors = new Map(
    [...bySensor].map(([name, watching]): [string, Sensor] => [
      name,
      new Sensor({
        name,
        zones: watching,
        frameSize: frameSizeOf(name, config),
        state: known.get(name),
        memory,
        reports,
      }),
    ]),
  );
  return { zones: new Map(zones.map((zone) => [zone.name, zone])), sensors, reports, spots: memory.spots };
}
