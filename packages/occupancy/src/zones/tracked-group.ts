/* The areas and lines that one sensor looks at: who is who is followed once for all of them. */
import { areaTotals, endArea, seeArea, shiftArea, unseenArea, waitArea, type AreaState } from './area/area.ts';
import type { AreaZone, LineZone, SilenceRule } from '../model/config.ts';
import type { AreaEvent, LineEvent } from '../model/event.ts';
import { acceptedLabels } from '../model/label.ts';
import { lineTotals, seeLine, shiftLine, uncrossedLine, type LineState } from './line/line.ts';
import type { Moment } from '../sensor/sensor-clock.ts';
import type { Sighting } from '../model/sighting.ts';
import { createTracker, type Track, type TrackerState } from '../sensor/tracker.ts';
import type { AreaView, LineView } from '../model/view.ts';
import type { StateOf } from './watch-state.ts';

/** Areas and lines at work. */
export interface TrackedGroup {
  /** Shows a frame to all of them. */
  see(at: Moment, sightings: readonly Sighting[]): void;
  /** The sensor is silent: visits end where silence is an empty scene, or may be because others are heard. */
  quiet(at: Moment, othersAlive: boolean): void;
  /** Ends all visits, but for areas of these rules. */
  lose(spared: readonly SilenceRule[]): void;
  /** Moves all times, after the sensor's clock was rebased. */
  shift(byMs: number): void;
  views(sensor: string): readonly (AreaView | LineView)[];
  /** Copies: what is remembered changes in place. */
  states(): readonly (readonly [string, AreaState | LineState])[];
  /** Null where there is nothing to follow for. */
  trackerState(): TrackerState | null;
}

interface Watch<Zone, State> {
  readonly zone: Zone;
  readonly state: State;
  readonly labels: ReadonlySet<string>;
}

/** Makes a group; `onEvent` takes the events in their order. */
export function createTrackedGroup(
  zones: readonly (AreaZone | LineZone)[],
  stateOf: StateOf,
  tracked: TrackerState | undefined,
  onEvent: (event: AreaEvent | LineEvent) => void,
): TrackedGroup {
  const tracker = createTracker(tracked);
  const areas: Watch<AreaZone, AreaState>[] = [];
  const lines: Watch<LineZone, LineState>[] = [];
  for (const zone of zones) {
    const labels = acceptedLabels(zone.classes);
    const known = stateOf(zone);
    if (zone.kind === 'area')
      areas.push({ zone, labels, state: copyOf((known as AreaState | undefined) ?? unseenArea()) });
    else lines.push({ zone, labels, state: copyOf((known as LineState | undefined) ?? uncrossedLine()) });
  }
  const followed = new Set([...areas, ...lines].flatMap(({ labels }) => [...labels]));
  const tell = (events: readonly (AreaEvent | LineEvent)[]): void => events.forEach(onEvent);

  return {
    see(at, sightings) {
      if (zones.length === 0) return;
      const wanted = sightings.filter(({ label }) => followed.has(label.toLowerCase()));
      const tracks = tracker.follow(at.ms, wanted);
      for (const area of areas) tell(seeArea(area.zone, area.state, at, seenBy(area, tracks)));
      for (const line of lines) tell(seeLine(line.zone, line.state, at, seenBy(line, tracks)));
    },
    quiet(at, othersAlive) {
      for (const { zone, state } of areas) {
        if (zone.silence === 'empty' || (zone.silence === 'unknown' && othersAlive)) tell(waitArea(zone, state, at));
      }
    },
    lose(spared) {
      for (const { zone, state } of areas) if (!spared.includes(zone.silence)) tell(endArea(zone, state, 'lost'));
    },
    shift(byMs) {
      tracker.shift(byMs);
      for (const { state } of areas) shiftArea(state, byMs);
      for (const { state } of lines) shiftLine(state, byMs);
    },
    views: (sensor) => [
      ...areas.map(({ zone, state }): AreaView => {
        const totals = areaTotals(zone, state);
        return { zone: zone.name, kind: 'area', sensor, state: state.state, since: state.since, totals };
      }),
      ...lines.map(({ zone, state }): LineView => {
        const totals = lineTotals(state);
        return { zone: zone.name, kind: 'line', sensor, state: state.state, since: state.since, totals };
      }),
    ],
    states: () => [...areas, ...lines].map(({ zone, state }) => [zone.name, copyOf(state)] as const),
    trackerState: () => (zones.length === 0 ? null : tracker.state()),
  };
}

function seenBy({ zone, labels }: Watch<AreaZone | LineZone, unknown>, tracks: readonly Track[]): readonly Track[] {
  return tracks.filter(
    ({ label, seen }) => labels.has(label) && (seen.confidence === null || seen.confidence >= zone.minConfidence),
  );
}

function copyOf<T extends AreaState | LineState>(state: T): T {
  return JSON.parse(JSON.stringify(state)) as T;
}
