import type { Detection, Frame } from '@companion/deepstream/message';
import { endArea, type AreaState } from './area.ts';
import type { PipelineConfig, ReportedSpotZone, WatchingZone, Zone } from './config.ts';
import type { Occupancy, SensorTotals, SpotEvent, SpotTotals, ZoneEvent } from './event.ts';
import { reportSpot, UNREPORTED, type ReportedSpotState } from './reported-spot.ts';
import type { Moment } from './sensor-clock.ts';
import { samePlace } from './same-place.ts';
import { createSensor, type Find, type Sensor, type SensorFinding, type SensorState } from './sensor.ts';
import type { SpotChange } from './spot.ts';
import type { Snapshot, ZoneView } from './view.ts';
import type { StateOf, WatchState } from './watch-state.ts';

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
  /** Takes other zones. A zone that keeps its place (sensor and shape) keeps its state. */
  configure(config: PipelineConfig): void;
  zones(): readonly ZoneView[];
  totals(): SpotTotals;
  /** Everything as it stands; `nowMs` of our own clock. */
  snapshot(nowMs: number): Snapshot;
  state(): PipelineState;
}

interface Reported {
  readonly zone: ReportedSpotZone;
  state: ReportedSpotState;
}

/** Sensors heard within this time show that DeepStream lives. */
const ALIVE_WITHIN_MS = 10_000;
/** Sensors without zones are remembered for the spots that DeepStream reports; names come from outside. */
const MAX_SENSORS = 1_024;

/** Makes a pipeline; `state` is what an earlier one with the same zones remembered. */
export function createPipeline(config: PipelineConfig, state?: PipelineState): Pipeline {
  let sensors = new Map<string, Sensor>();
  let reported = new Map<string, Reported>();
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
    events.push({ kind: 'spot', type: SPOT_EVENTS[change.state], zone, sensor, ...change, totals: totals() });
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

  function report(sensor: string, at: Moment, detections: readonly Detection[]): void {
    if (reported.size === 0) return;
    for (const detection of detections) {
      if (detection.parkingSpot === undefined) continue;
      const spot = reported.get(detection.parkingSpot);
      if (!spot || (spot.zone.sensor !== null && spot.zone.sensor !== sensor)) continue;
      const step = reportSpot(spot.state, at, sensor, detection);
      spot.state = step.state;
      if (step.change) onSpot(spot.zone.name, sensor, step.change);
    }
  }

  function makeSensor(
    name: string,
    watching: readonly WatchingZone[],
    known: SensorState | undefined,
    stateOf: StateOf,
  ): Sensor {
    const onTurn = (sensor: string, at: Moment, { detections }: { readonly detections: readonly Detection[] }): void =>
      report(sensor, at, detections);
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
    reported = new Map();
    for (const zone of next.zones) {
      if (zone.kind === 'reported') {
        reported.set(zone.parkingSpot, { zone, state: reportedOf(zone) ?? UNREPORTED });
        continue;
      }
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
    if (known || reported.size === 0 || sensors.size >= MAX_SENSORS) return known;
    if (!frame.detections.some(({ parkingSpot }) => parkingSpot !== undefined && reported.has(parkingSpot)))
      return known;
    const made = makeSensor(frame.sensor, [], undefined, () => undefined);
    sensors.set(frame.sensor, made);
    return made;
  }

  function tick(nowMs: number): void {
    const alive = [...sensors.values()].filter((sensor) => sensor.heard(ALIVE_WITHIN_MS));
    for (const sensor of sensors.values()) {
      sensor.tick(nowMs, alive.length > (alive.includes(sensor) ? 1 : 0));
    }
  }

  function views(): readonly ZoneView[] {
    const watched = [...sensors.values()].flatMap((sensor) => sensor.zones());
    const told = [...reported.values()].map(({ zone, state: { occupancy, since, sensor } }): ZoneView => {
      return { zone: zone.name, kind: 'spot', sensor: sensor ?? zone.sensor ?? '', state: occupancy, since };
    });
    return [...watched, ...told];
  }

  function zoneStates(): Record<string, WatchState> {
    return Object.fromEntries([...sensors.values()].flatMap((sensor) => sensor.watchStates()));
  }

  /** Visits to an area that is taken away, or becomes another, end here. */
  function endVisits(next: ReadonlyMap<string, Zone>, states: ReadonlyMap<string, WatchState>): void {
    for (const zone of zones.values()) {
      const after = next.get(zone.name);
      const stays = after !== undefined && samePlace(zone, after);
      if (zone.kind === 'area' && !stays) owed.push(...endArea(zone, states.get(zone.name) as AreaState, 'removed'));
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
    configure(next) {
      const before = zones;
      const states = new Map(Object.entries(zoneStates()));
      const told = new Map([...reported.values()].map((spot) => [spot.zone.name, spot.state]));
      const sensorStates = Object.fromEntries([...sensors.values()].map((sensor) => [sensor.name, sensor.state()]));
      endVisits(new Map(next.zones.map((zone) => [zone.name, zone])), states);
      const kept = (zone: Zone): boolean => {
        const known = before.get(zone.name);
        return known !== undefined && samePlace(known, zone);
      };
      build(
        next,
        sensorStates,
        (zone) => (kept(zone) ? states.get(zone.name) : undefined),
        (zone) => (kept(zone) ? told.get(zone.name) : undefined),
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
      reported: Object.fromEntries([...reported.values()].map((spot) => [spot.zone.name, spot.state])),
      owed: [...owed],
    }),
  };
}

const SPOT_EVENTS: Readonly<Record<Occupancy, SpotEvent['type']>> = {
  occupied: 'parking.parked',
  empty: 'parking.empty',
  unknown: 'parking.unknown',
};
