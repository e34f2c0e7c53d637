import type { SpotTypes } from '../spot/index.ts';
import type { ReportedSpotState } from './reported-spot.ts';
import type { ReportedSpotZone } from './types.ts';

/** The types of spots that DeepStream reports. */
export interface ReportedTypes {
  readonly zone: ReportedSpotZone;
  readonly state: ReportedSpotState;
  readonly event: SpotTypes['event'];
  readonly view: SpotTypes['view'];
}
