import type { Frame } from '@companion/deepstream/message';
import type { PipelineConfig, SpotZone } from './config.ts';
import { coveredSpots, shapeSpot, type SpotShape } from './coverage.ts';
import { spotEvent, type SpotTotals, type ZoneEvent } from './event.ts';
import { identify } from './identity.ts';
import { clockFrame, clockTick, type Moment, type SensorClock } from './sensor-clock.ts';
import { shiftSpot, spokenOf, stepSpot, UNSEEN, type Occupancy, type SpotInput, type SpotState } from './spot.ts';

/** What moves the pipeline. Times are milliseconds since 1970 of our own clock. */
export type PipelineInput =
  | { readonly type: 'frame'; readonly frame: Frame; readonly receivedMs: number }
  /** Once a second or so, and only while messages could arrive: silence then means something. */
  | { readonly type: 'tick'; readonly nowMs: number };

/** A zone as it stands. */
export interface ZoneView {
  readonly zone: string;
  readonly kind: 'spot';
  readonly sensor: string;
  readonly state: Occupancy;
  /** Since when, in the sensor's time; null before the first determination. */
  readonly since: Moment | null;
}

/** All that the pipeline remembers, as plain JSON: given to a new pipeline with the same zones, it goes on as if nothing had been. */
export interface PipelineState {
  readonly clocks: Readonly<Record<string, SensorClock>>;
  readonly spots: Readonly<Record<string, SpotState>>;
}

/** From frames and ticks to events: frame → sensor clock → identity → spots. No clock, no chance, no I/O of its own. */
export interface Pipeline {
  /** The events that one input brings, in a fixed order. */
  step(input: PipelineInput): readonly ZoneEvent[];
  /** Takes other zones. A zone that keeps its place (sensor and polygon) keeps its state. */
  configure(config: PipelineConfig): void;
  zones(): readonly ZoneView[];
  totals(): SpotTotals;
  state(): PipelineState;
}

interface Spot {
  readonly shape: SpotShape;
  state: SpotState;
}

/** A sensor that some zone looks at; others are not remembered, so that memory is bounded by the configuration. */
interface Sensor {
  clock: SensorClock | undefined;
  readonly spots: readonly Spot[];
  readonly shapes: readonly SpotShape[];
  readonly byShape: ReadonlyMap<SpotShape, Spot>;
}

/** A tick says nothing about a sensor that sent a frame within this time. */
const QUIET_AFTER_MS = 1_000;

/** Makes a pipeline; `state` is what an earlier one with the same zones remembered. */
export function createPipeline(config: PipelineConfig, state?: PipelineState): Pipeline {
  const remembered = new Map(Object.entries(state?.spots ?? {}));
  let sensors = build(
    config,
    new Map(Object.entries(state?.clocks ?? {})),
    ({ name }) => remembered.get(name) ?? UNSEEN,
  );
  const spots = (): Spot[] => [...sensors.values()].flatMap((sensor) => sensor.spots);
  const totals = (): SpotTotals => count(spots());

  function move(spot: Spot, input: SpotInput, events: ZoneEvent[]): void {
    const { zone } = spot.shape;
    const step = stepSpot(zone, spot.state, input);
    spot.state = step.state;
    if (step.change) events.push(spotEvent(zone.name, zone.sensor, step.change, totals()));
  }

  function onFrame(frame: Frame, receivedMs: number, events: ZoneEvent[]): void {
    const sensor = sensors.get(frame.sensor);
    if (!sensor) return;
    const { clock, shiftMs } = clockFrame(sensor.clock, frame.timeMs, receivedMs);
    sensor.clock = clock;
    if (shiftMs !== 0) for (const spot of sensor.spots) spot.state = shiftSpot(spot.state, shiftMs);
    const at = clock.frame;
    const covers = coveredSpots(sensor.shapes, identify(frame.detections), (shape) => {
      const held = sensor.byShape.get(shape)?.state;
      return held !== undefined && (held.occupancy === 'occupied' || held.standing !== null);
    });
    for (const spot of sensor.spots) {
      const cover = covers.get(spot.shape);
      move(spot, cover ? { type: 'covered', at, sighting: cover.sighting } : { type: 'absent', at, from: at }, events);
    }
  }

  function onTick(nowMs: number, events: ZoneEvent[]): void {
    for (const sensor of sensors.values()) {
      if (sensor.clock === undefined) continue;
      const clock = clockTick(sensor.clock, nowMs);
      sensor.clock = clock;
      if (clock.silentMs < QUIET_AFTER_MS) continue;
      const at: Moment = { ms: clock.atMs, clock: 'received' };
      for (const spot of sensor.spots) {
        if (!spokenOf(spot.state)) continue;
        const stale = clock.silentMs >= spot.shape.zone.staleAfterMs;
        move(spot, stale ? { type: 'lost', at } : { type: 'absent', at, from: clock.frame }, events);
      }
    }
  }

  return {
    step(input) {
      const events: ZoneEvent[] = [];
      if (input.type === 'frame') onFrame(input.frame, input.receivedMs, events);
      else onTick(input.nowMs, events);
      return events;
    },
    configure(next) {
      const known = new Map(spots().map((spot) => [spot.shape.zone.name, spot]));
      const clocks = clocksOf(sensors);
      sensors = build(next, clocks, (zone) => {
        const spot = known.get(zone.name);
        return spot && samePlace(spot.shape.zone, zone) ? spot.state : UNSEEN;
      });
    },
    zones: () =>
      spots().map(({ shape: { zone }, state }) => ({
        zone: zone.name,
        kind: zone.kind,
        sensor: zone.sensor,
        state: state.occupancy,
        since: state.since,
      })),
    totals,
    state: () => ({
      clocks: Object.fromEntries(clocksOf(sensors)),
      spots: Object.fromEntries(spots().map((spot) => [spot.shape.zone.name, spot.state])),
    }),
  };
}

function build(
  config: PipelineConfig,
  clocks: ReadonlyMap<string, SensorClock>,
  stateOf: (zone: SpotZone) => SpotState,
): ReadonlyMap<string, Sensor> {
  const bySensor = new Map<string, Spot[]>();
  for (const zone of config.zones) {
    const spot = { shape: shapeSpot(zone), state: stateOf(zone) };
    const neighbours = bySensor.get(zone.sensor);
    if (neighbours) neighbours.push(spot);
    else bySensor.set(zone.sensor, [spot]);
  }
  const sensors = new Map<string, Sensor>();
  for (const [name, spots] of bySensor) {
    const shapes = spots.map((spot) => spot.shape);
    const byShape = new Map(spots.map((spot) => [spot.shape, spot]));
    sensors.set(name, { clock: clocks.get(name), spots, shapes, byShape });
  }
  return sensors;
}

function clocksOf(sensors: ReadonlyMap<string, Sensor>): ReadonlyMap<string, SensorClock> {
  const clocks = new Map<string, SensorClock>();
  for (const [name, { clock }] of sensors) if (clock) clocks.set(name, clock);
  return clocks;
}

function samePlace(a: SpotZone, b: SpotZone): boolean {
  return (
    a.sensor === b.sensor &&
    a.polygon.length === b.polygon.length &&
    a.polygon.every((value, i) => value === b.polygon[i])
  );
}

function count(spots: readonly Spot[]): SpotTotals {
  const of = (occupancy: Occupancy): number => spots.filter((spot) => spot.state.occupancy === occupancy).length;
  return { occupied: of('occupied'), empty: of('empty'), unknown: of('unknown'), spots: spots.length };
}
