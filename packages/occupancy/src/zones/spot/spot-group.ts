/* The spots that one sensor looks at, each with its own state. */
import type { Box } from '@companion/deepstream/message';
import type { SilenceRule, SpotZone } from '../../model/config.ts';
import { createCoverage } from './coverage.ts';
import type { Moment } from '../../sensor/sensor-clock.ts';
import type { Sighting } from '../../model/sighting.ts';
import {
  shiftSpot,
  spokenOf,
  stepSpot,
  stoodUntilNow,
  unseen,
  type SpotChange,
  type SpotInput,
  type SpotState,
} from './spot.ts';
import type { SpotView } from '../../model/view.ts';
import type { StateOf } from '../watch-state.ts';

/** Spots at work. */
export interface SpotGroup {
  /** Shows a frame to all of them. */
  see(at: Moment, sightings: readonly Sighting[]): void;
  /** The sensor has been silent since `from`; spots that keep their state do so while it is `lost`. */
  quiet(at: Moment, from: Moment, lost: boolean): void;
  /** Makes them unknown, but for those of these rules. */
  lose(at: Moment, spared: readonly SilenceRule[]): void;
  /** Whether the scene may be empty: nothing stood in it until the last frames. */
  mayBeEmpty(): boolean;
  /** Moves all times, after the sensor's clock was rebased. */
  shift(byMs: number): void;
  views(sensor: string): readonly SpotView[];
  states(): readonly (readonly [string, SpotState])[];
}

interface Watch {
  readonly zone: SpotZone;
  state: SpotState;
}

/** Makes a group; `onChange` takes the changes in their order. */
export function createSpotGroup(
  zones: readonly SpotZone[],
  stateOf: StateOf,
  onChange: (zone: SpotZone, change: SpotChange) => void,
): SpotGroup {
  const spots = zones.map((zone): Watch => ({ zone, state: (stateOf(zone) as SpotState | undefined) ?? unseen }));
  const coverage = createCoverage(zones);
  /** Where something stands or begins to: what looks like it covers the spot more easily. */
  const heldBox = (index: number): Box | null => {
    const known = spots[index]?.state;
    if (known === undefined) return null;
    const { standing, occupancy, parked } = known;
    return standing !== null && standing.sightings > 1 && occupancy !== 'occupied' ? standing.box : parked;
  };

  function move(spot: Watch, input: SpotInput): void {
    const step = stepSpot(spot.zone, spot.state, input);
    spot.state = step.state;
    if (step.change) onChange(spot.zone, step.change);
  }

  const mayBeEmpty = (): boolean => !spots.some(({ state }) => stoodUntilNow(state));

  return {
    see(at, sightings) {
      if (spots.length === 0) return;
      const covers = coverage.look(sightings, heldBox);
      const elsewhere = sightings.length > 0;
      for (let n = 0; n < spots.length; n++) {
        const spot = spots[n];
        const sighting = covers[n];
        if (spot === undefined) continue;
        move(spot, sighting ? { type: 'covered', at, sighting } : { type: 'absent', at, elsewhere });
      }
    },
    quiet(at, from, lost) {
      const scene = mayBeEmpty() ? 'maybe' : 'nothing';
      for (const spot of spots) {
        if (!spokenOf(spot.state) || (spot.zone.silence === 'keep' && lost)) continue;
        move(spot, { type: 'silent', at, from, means: spot.zone.silence === 'empty' ? 'empty' : scene });
      }
    },
    lose(at, spared) {
      for (const spot of spots) if (!spared.includes(spot.zone.silence)) move(spot, { type: 'lost', at });
    },
    mayBeEmpty,
    shift(byMs) {
      for (const spot of spots) spot.state = shiftSpot(spot.state, byMs);
    },
    views: (sensor) =>
      spots.map(({ zone, state: { occupancy, since } }) => {
        return { zone: zone.name, kind: 'spot', sensor, state: occupancy, since };
      }),
    states: () => spots.map(({ zone, state }) => [zone.name, state] as const),
  };
}
