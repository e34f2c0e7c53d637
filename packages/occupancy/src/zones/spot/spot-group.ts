/* The spots that one sensor looks at, each with its own state. */
import type { Box } from '@companion/deepstream/message';
import type { Moment } from '../../model/moment.ts';
import type { SpotTally } from '../../model/spot-tally.ts';
import type { GroupOptions, Loss, Scene, Silence, WatchGroup } from '../common/zone-kind.ts';
import type { SpotTypes } from './kind.ts';
import { Coverage } from './coverage.ts';
import { spotEvent } from './spot-event.ts';
import { shiftSpot, spokenOf, stepSpot, stoodUntilNow, unseen, type SpotInput, type SpotState } from './spot.ts';
import type { SpotEvent, SpotView, SpotZone } from './types.ts';

interface Watch {
  readonly zone: SpotZone;
  state: SpotState;
}

/** Spots at work. */
export class SpotGroup implements WatchGroup<SpotTypes> {
  /** In the order of the zones, which is that of the coverage. */
  readonly #spots: readonly Watch[];
  readonly #coverage: Coverage;
  /** All spots of the module. */
  readonly #tally: SpotTally;

  constructor({ zones, stateOf, spots }: GroupOptions<SpotTypes>) {
    this.#spots = zones.map((zone) => ({ zone, state: stateOf(zone) ?? unseen }));
    this.#coverage = new Coverage(zones);
    this.#tally = spots;
    for (const { state } of this.#spots) spots.add(state.occupancy);
  }

  see({ at, sightings, frameMs }: Scene): readonly SpotEvent[] {
    const events: SpotEvent[] = [];
    const { covers, hidden } = this.#coverage.look(sightings, this.#heldBox);
    const elsewhere = sightings.length > 0;
    for (let n = 0; n < this.#spots.length; n++) {
      const spot = this.#spots[n];
      const sighting = covers[n];
      if (spot === undefined) continue;
      if (sighting) this.#move(spot, { type: 'covered', at, sighting, frameMs }, events);
      else if (hidden[n] === true) this.#move(spot, { type: 'hidden', at }, events);
      else this.#move(spot, { type: 'absent', at, elsewhere, frameMs }, events);
    }
    return events;
  }

  quiet({ at, from, lost, blind }: Silence): readonly SpotEvent[] {
    const events: SpotEvent[] = [];
    const scene = !blind && this.mayBeEmpty() ? 'maybe' : 'nothing';
    for (const spot of this.#spots) {
      const { silence } = spot.zone;
      if (spot.state.unconfirmedFromMs !== null) this.#move(spot, { type: 'unconfirmed', at }, events);
      if (!spokenOf(spot.state) || (silence === 'keep' && lost)) continue;
      this.#move(spot, { type: 'silent', at, from, means: silence === 'empty' ? 'empty' : scene }, events);
    }
    return events;
  }

  lose(at: Moment, { spared, blind }: Loss): readonly SpotEvent[] {
    const events: SpotEvent[] = [];
    for (const spot of this.#spots) {
      if (spared.includes(spot.zone.silence)) continue;
      const staysEmpty = spot.zone.staysEmpty === true && !blind;
      this.#move(spot, { type: staysEmpty ? 'unconfirmed' : 'lost', at }, events);
    }
    return events;
  }

  mayBeEmpty(): boolean {
    return !this.#spots.some(({ state }) => stoodUntilNow(state));
  }

  shift(byMs: number): void {
    for (const spot of this.#spots) spot.state = shiftSpot(spot.state, byMs);
  }

  views(): readonly SpotView[] {
    return this.#spots.map(({ zone: { name, sensor }, state: { occupancy, since, unconfirmedFromMs } }) => {
      const view = { zone: name, kind: 'spot', sensor, state: occupancy, since } as const;
      return unconfirmedFromMs === null ? view : { ...view, unconfirmed: true };
    });
  }

  states(): readonly (readonly [string, SpotState])[] {
    return this.#spots.map(({ zone, state }) => [zone.name, state] as const);
  }

  #move(spot: Watch, input: SpotInput, events: SpotEvent[]): void {
    const step = stepSpot(spot.zone, spot.state, input);
    spot.state = step.state;
    if (step.change) events.push(spotEvent(spot.zone.name, spot.zone.sensor, step.change, this.#tally));
  }

  /** Where something stands or begins to: what looks like it covers the spot more easily. */
  readonly #heldBox = (index: number): Box | null => {
    const known = this.#spots[index]?.state;
    if (known === undefined) return null;
    const { standing, occupancy, parked } = known;
    return standing !== null && standing.sightings > 1 && occupancy !== 'occupied' ? standing.box : parked;
  };
}
