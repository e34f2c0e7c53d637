import type { SpotState } from './spot.ts';
import type { SpotEvent, SpotView, SpotZone } from './types.ts';

/** The types of spots that are found from detections. */
export interface SpotTypes {
  readonly zone: SpotZone;
  readonly state: SpotState;
  readonly event: SpotEvent;
  readonly view: SpotView;
}
