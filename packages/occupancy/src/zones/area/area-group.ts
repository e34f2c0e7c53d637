/* The areas that one sensor looks at, each with its own state. */
import type { Moment } from '../../model/moment.ts';
import { copyOf, trackedWatch, tracksFor, type TrackedWatch } from '../common/tracked-watch.ts';
import type { GroupOptions, Loss, Scene, Silence, WatchGroup } from '../common/zone-kind.ts';
import { areaTotals, endArea, seeArea, shiftArea, unseenArea, waitArea, type AreaState } from './area.ts';
import type { AreaTypes } from './kind.ts';
import type { AreaEvent, AreaView, AreaZone } from './types.ts';

/** Areas at work. */
export class AreaGroup implements WatchGroup<AreaTypes> {
  /** In the order of the zones. */
  readonly #areas: readonly TrackedWatch<AreaZone, AreaState>[];

  constructor({ zones, stateOf }: GroupOptions<AreaTypes>) {
    this.#areas = zones.map((zone) => trackedWatch(zone, stateOf(zone) ?? unseenArea()));
  }

  see({ at, tracks }: Scene): readonly AreaEvent[] {
    return this.#areas.flatMap((area) => seeArea(area.zone, area.state, at, tracksFor(area, tracks)));
  }

  /** Visits end where silence is an empty scene, or may be because others are heard. */
  quiet({ at, othersAlive, blind }: Silence): readonly AreaEvent[] {
    return this.#areas.flatMap(({ zone, state }) => {
      const { silence } = zone;
      return silence === 'empty' || (silence === 'unknown' && othersAlive && !blind) ? waitArea(zone, state, at) : [];
    });
  }

  lose(_at: Moment, { spared }: Loss): readonly AreaEvent[] {
    return this.#areas.flatMap(({ zone, state }) =>
      spared.includes(zone.silence) ? [] : endArea(zone, state, 'lost'),
    );
  }

  /** Whoever is in an area may have left it in silence. */
  mayBeEmpty(): boolean {
    return true;
  }

  shift(byMs: number): void {
    for (const { state } of this.#areas) shiftArea(state, byMs);
  }

  views(): readonly AreaView[] {
    return this.#areas.map(({ zone, state }) => {
      const totals = areaTotals(zone, state);
      return { zone: zone.name, kind: 'area', sensor: zone.sensor, state: state.state, since: state.since, totals };
    });
  }

  states(): readonly (readonly [string, AreaState])[] {
    return this.#areas.map(({ zone, state }) => [zone.name, copyOf(state)] as const);
  }
}
