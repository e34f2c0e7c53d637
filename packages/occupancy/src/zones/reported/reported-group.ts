/* The spots of which DeepStream itself says parked or empty, each with its own state; any sensor may speak of them. */
import type { Detection } from '@companion/deepstream/message';
import type { ReportedSpotZone } from '../../model/config.ts';
import { reportSpot, unreported, type ReportedSpotState } from './reported-spot.ts';
import type { Moment } from '../../sensor/sensor-clock.ts';
import type { SpotChange } from '../spot/spot.ts';
import type { SpotView } from '../../model/view.ts';

/** Reported spots at work. */
export interface ReportedGroup {
  /** How many there are. */
  readonly size: number;
  /** Takes what a sensor's detections say of them. */
  report(sensor: string, at: Moment, detections: readonly Detection[]): void;
  /** Whether any of the detections names one of them. */
  spokenOf(detections: readonly Detection[]): boolean;
  views(): readonly SpotView[];
  states(): readonly (readonly [string, ReportedSpotState])[];
}

interface Reported {
  readonly zone: ReportedSpotZone;
  state: ReportedSpotState;
}

/** Makes a group; `onChange` takes the changes in their order. */
export function createReportedGroup(
  zones: readonly ReportedSpotZone[],
  stateOf: (zone: ReportedSpotZone) => ReportedSpotState | undefined,
  onChange: (zone: ReportedSpotZone, sensor: string, change: SpotChange) => void,
): ReportedGroup {
  const spots = new Map(
    zones.map((zone): [string, Reported] => [zone.parkingSpot, { zone, state: stateOf(zone) ?? unreported }]),
  );

  return {
    size: spots.size,
    report(sensor, at, detections) {
      if (spots.size === 0) return;
      for (const detection of detections) {
        if (detection.parkingSpot === undefined) continue;
        const spot = spots.get(detection.parkingSpot);
        if (!spot || (spot.zone.sensor !== null && spot.zone.sensor !== sensor)) continue;
        const step = reportSpot(spot.state, at, sensor, detection);
        spot.state = step.state;
        if (step.change) onChange(spot.zone, sensor, step.change);
      }
    },
    spokenOf: (detections) =>
      spots.size > 0 && detections.some(({ parkingSpot }) => parkingSpot !== undefined && spots.has(parkingSpot)),
    views: () =>
      [...spots.values()].map(({ zone, state: { occupancy, since, sensor } }) => {
        return { zone: zone.name, kind: 'spot', sensor: sensor ?? zone.sensor ?? '', state: occupancy, since };
      }),
    states: () => [...spots.values()].map(({ zone, state }) => [zone.name, state] as const),
  };
}
