import type { Frame } from '@companion/deepstream/message';
import { endArea, type AreaState } from '../zones/area/area.ts';
import type { PipelineConfig, ReportedSpotZone, WatchingZone, Zone } from '../model/config.ts';
import type { Occupancy, SensorTotals, SpotEvent, SpotTotals, ZoneEvent } from '../model/event.ts';
import { createReportedGroup, type ReportedGroup } from '../zones/reported/reported-group.ts';
import type { ReportedSpotState } from '../zones/reported/reported-spot.ts';
import type { Moment } from '../sensor/sensor-clock.ts';
import { samePlace } from '../zones/same-place.ts';
import { createSensor, type Find, type Sensor, type SensorFinding, type SensorState } from '../sensor/sensor.ts';
import type { SpotChange } from '../zones/spot/spot.ts';
import type { Snapshot, ZoneView } from '../model/view.ts';
import type { StateOf, WatchState } from '../zones/watch-state.ts';

/** What moves the pipeline. Times are milliseconds since 1970 of our own clock. */
export type PipelineInput =
  | { readonly type: 'frame'; readonly frame: Frame; readonly receivedMs: number }
  /** Once a second or so, and only while messages could arrive: silence then means something. */
  | { readonly type: 'tick'; readonly nowMs: number }
  /** The input is at its end (a recording): frames that wait for earlier ones need wait no more. */
  | { readonly type: 'end' }
  /** Nobody has looked for longer than states can be believed, for example while the module was down. */
  | { readonly type: 'gap' };

/** All that the pipeline remembers, as plain JSON: given to a new pipeline with the same zones, it goes on as if nothing had been. */
export interface PipelineState {
  readonly sensors: Readonly<Record<string, SensorState>>;
  readonly zones: Readonly<Record<string, WatchState>>;
  readonly reported: Readonly<Record<string, ReportedSpotState>>;
  /** Events that came of a change of the zones and wait for the next step. */
  readonly owed: readonly ZoneEvent[];
}

/** From frames and ticks to events: frame → sensor clock → order → zones. No clock, no chance, no I/O of its own. */
export interface Pipeline {
  /** The events that one input brings, in a fixed order. */
  step(input: PipelineInput): readonly ZoneEvent[];
  /**
   * Takes other zones. A zone that keeps its place (sensor and shape) keeps its state, unless its name is in `forget`;
   * what is known of its sensor stays either way.
   */
  configure(config: PipelineConfig, forget?: ReadonlySet<string>): void;
  zones(): readonly ZoneView[];
  totals(): SpotTotals;
  /** Everything as it stands; `nowMs` of our own clock. */
  snapshot(nowMs: number): Snapshot;
  state(): PipelineState;
}

/** Sensors heard within this time show that DeepStream lives. */
const aliveWithinMs = 10_000;
/** Sensors without zones are remembered for the spots that DeepStream reports; names come from outside. */
const maxSensors = 1_024;

/** Makes a pipeline; `state` is what an earlier one with the same zones remembered. */
export function createPipeline(config: PipelineConfig, state?: PipelineState): Pipeline {
  let sensors = new Map<string, Sensor>();
  let reported: ReportedGroup;
  let zones = new Map<string, Zone>();
  let scale = config.frame;
  let owed: ZoneEvent[] = [...(state?.owed ?? [])];
  /** Where the events of the present step go. */
  let events: ZoneEvent[] = [];
  const occupancies: Record<Occupancy, number> = { occupied: 0, empty: 0, unknown: 0 };

  function totals(): SpotTotals {
    const { occupied, empty, unknown } = occupancies;
    return { occupied, empty, unknown, spots: occupied + empty + unknown };
  }

  function recount(): void {
    Object.assign(occupancies, { occupied: 0, empty: 0, unknown: 0 });
    for (const view of views()) if (view.kind === 'spot') occupancies[view.state]++;
  }

  function sensorTotals(): SensorTotals {
    const states = [...sensors.values()].map((sensor) => sensor.liveness()).filter((liveness) => liveness !== null);
    return { sensors: states.length, lost: states.filter((liveness) => liveness === 'lost').length };
  }

  function onSpot(zone: string, sensor: string, change: SpotChange): void {
    occupancies[change.previous]--;
    occupancies[change.state]++;
    events.push({ kind: 'spot', type: spotEvents[change.state], zone, sensor, ...change, totals: totals() });
  }

  const find =
    (sensor: string): Find =>
    (finding: SensorFinding) => {
      if (finding.kind === 'spot') onSpot(finding.zone.name, sensor, finding.change);
      else if (finding.kind === 'event') events.push(finding.event);
      else {
        const { state: liveness, at, previousSince } = finding;
        const previous = liveness === 'lost' ? 'alive' : 'lost';
        const type = liveness === 'lost' ? 'sensor.lost' : 'sensor.restored';
        const what = { kind: 'sensor', type, zone: '', sensor, state: liveness, previous, since: at } as const;
        events.push({ ...what, previousSince, seen: null, totals: sensorTotals() });
      }
    };

  function makeSensor(
    name: string,
    watching: readonly WatchingZone[],
    known: SensorState | undefined,
    stateOf: StateOf,
  ): Sensor {
    const onTurn = (sensor: string, at: Moment, { detections }: Pick<Frame, 'detections'>): void =>
      reported.report(sensor, at, detections);
    return createSensor({
      name,
      zones: watching,
      scale,
      state: known,
      stateOf,
      onTurn,
      onLate: onTurn,
      find: find(name),
    });
  }

  function build(
    next: PipelineConfig,
    sensorStates: Readonly<Record<string, SensorState>>,
    stateOf: StateOf,
    reportedOf: (zone: ReportedSpotZone) => ReportedSpotState | undefined,
  ): void {
    scale = next.frame;
    zones = new Map(next.zones.map((zone) => [zone.name, zone]));
    const bySensor = new Map<string, WatchingZone[]>();
    const spots = next.zones.filter((zone) => zone.kind === 'reported');
    reported = createReportedGroup(spots, reportedOf, (zone, sensor, change) => onSpot(zone.name, sensor, change));
    for (const zone of next.zones) {
      if (zone.kind === 'reported') continue;
      const neighbours = bySensor.get(zone.sensor);
      if (neighbours) neighbours.push(zone);
      else bySensor.set(zone.sensor, [zone]);
    }
    const known = new Map(Object.entries(sensorStates));
    if (reported.size > 0) for (const name of known.keys()) if (!bySensor.has(name)) bySensor.set(name, []);
    sensors = new Map();
    for (const [name, watching] of bySensor) sensors.set(name, makeSensor(name, watching, known.get(name), stateOf));
    recount();
  }

  /** The sensor of a frame; undefined if nothing of it could matter. */
  function sensorOf(frame: Frame): Sensor | undefined {
    const known = sensors.get(frame.sensor);
    if (known || sensors.size >= maxSensors || !reported.spokenOf(frame.detections)) return known;
    const made = makeSensor(frame.sensor, [], undefined, () => undefined);
    sensors.set(frame.sensor, made);
    return made;
  }

  function tick(nowMs: number): void {
    const alive = [...sensors.values()].filter((sensor) => sensor.heard(aliveWithinMs));
    for (const sensor of sensors.values()) {
      sensor.tick(nowMs, alive.length > (alive.includes(sensor) ? 1 : 0));
    }
  }

  function views(): readonly ZoneView[] {
    return [...[...sensors.values()].flatMap((sensor) => sensor.zones()), ...reported.views()];
  }

  function zoneStates(): Record<string, WatchState> {
    return Object.fromEntries([...sensors.values()].flatMap((sensor) => sensor.watchStates()));
  }

  /** Visits to an area that is taken away or forgotten, or becomes another, end here. */
  function endVisits(kept: ReadonlySet<string>, states: ReadonlyMap<string, WatchState>): void {
    for (const zone of zones.values()) {
      if (zone.kind !== 'area' || kept.has(zone.name)) continue;
      owed.push(...endArea(zone, states.get(zone.name) as AreaState, 'removed'));
    }
  }

  const remembered = new Map(Object.entries(state?.zones ?? {}));
  const said = new Map(Object.entries(state?.reported ?? {}));
  build(
    config,
    state?.sensors ?? {},
    (zone) => remembered.get(zone.name),
    (zone) => said.get(zone.name),
  );

  return {
    step(input) {
      const made = owed;
      owed = [];
      events = made;
      switch (input.type) {
        case 'frame': {
          const sensor = sensorOf(input.frame);
          sensor?.frame(input.frame, input.receivedMs);
          break;
        }
        case 'tick':
          tick(input.nowMs);
          break;
        case 'end':
          for (const sensor of sensors.values()) sensor.flush();
          break;
        case 'gap':
          for (const sensor of sensors.values()) sensor.lose();
          break;
      }
      return made;
    },
    configure(next, forget = new Set()) {
      const states = new Map(Object.entries(zoneStates()));
      const told = new Map(reported.states());
      const sensorStates = Object.fromEntries([...sensors.values()].map((sensor) => [sensor.name, sensor.state()]));
      const staying = next.zones.filter((zone) => {
        const known = zones.get(zone.name);
        return known !== undefined && samePlace(known, zone) && !forget.has(zone.name);
      });
      const kept = new Set(staying.map(({ name }) => name));
      endVisits(kept, states);
      build(
        next,
        sensorStates,
        (zone) => (kept.has(zone.name) ? states.get(zone.name) : undefined),
        (zone) => (kept.has(zone.name) ? told.get(zone.name) : undefined),
      );
    },
    zones: views,
    totals,
    snapshot: (nowMs) => ({
      atMs: nowMs,
      totals: totals(),
      zones: views(),
      sensors: [...sensors.values()].map((sensor) => sensor.view(nowMs)).filter((view) => view !== null),
    }),
    state: () => ({
      sensors: Object.fromEntries([...sensors.values()].map((sensor) => [sensor.name, sensor.state()])),
      zones: zoneStates(),
      reported: Object.fromEntries(reported.states()),
      owed: [...owed],
    }),
  };
}

const spotEvents: Readonly<Record<Occupancy, SpotEvent['type']>> = {
  occupied: 'parking.parked',
  empty: 'parking.empty',
  unknown: 'parking.unknown',
};
