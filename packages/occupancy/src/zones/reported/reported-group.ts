/* The spots of which DeepStream itself says parked or empty, each with its own state; any sensor may speak of them. */
import type { Detection } from '@companion/deepstream/message';
import type { Moment } from '../../model/moment.ts';
import type { SpotTally } from '../../model/spot-tally.ts';
import type { GroupOptions, ReportGroup } from '../common/zone-kind.ts';
import { spotEvent, type SpotTypes } from '../spot/index.ts';
import type { ReportedTypes } from './kind.ts';
import { reportSpot, unreported, type ReportedSpotState } from './reported-spot.ts';
import type { ReportedSpotZone } from './types.ts';

interface Reported {
  readonly zone: ReportedSpotZone;
  state: ReportedSpotState;
}

/** Reported spots at work. */
export class ReportedGroup implements ReportGroup<ReportedTypes> {
  /** By `parkingSpot`. */
  readonly #spots: ReadonlyMap<string, Reported>;
  /** All spots of the module. */
  readonly #tally: SpotTally;

  constructor({ zones, stateOf, spots }: GroupOptions<ReportedTypes>) {
    this.#spots = new Map(zones.map((zone) => [zone.parkingSpot, { zone, state: stateOf(zone) ?? unreported }]));
    this.#tally = spots;
    for (const { state } of this.#spots.values()) spots.add(state.occupancy);
  }

  report(sensor: string, at: Moment, detections: readonly Detection[]): readonly SpotTypes['event'][] {
    const events: SpotTypes['event'][] = [];
    for (const detection of detections) {
      if (detection.parkingSpot === undefined) continue;
      const spot = this.#spots.get(detection.parkingSpot);
      if (!spot || (spot.zone.sensor !== null && spot.zone.sensor !== sensor)) continue;
      const step = reportSpot(spot.state, at, sensor, detection);
      spot.state = step.state;
      if (step.change) events.push(spotEvent(spot.zone.name, sensor, step.change, this.#tally));
    }
    return events;
  }

  spokenOf(detections: readonly Detection[]): boolean {
    return detections.some(({ parkingSpot }) => parkingSpot !== undefined && this.#spots.has(parkingSpot));
  }

  views(): readonly SpotTypes['view'][] {
    return [...this.#spots.values()].map(({ zone, state: { occupancy, since, sensor } }) => {
      return { zone: zone.name, kind: 'spot', sensor: sensor ?? zone.sensor ?? '', state: occupancy, since };
    });
  }

  states(): readonly (readonly [string, ReportedSpotState])[] {
    return [...this.#spots.values()].map(({ zone, state }) => [zone.name, state] as const);
  }
}
