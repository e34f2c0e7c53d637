import type { AreaState } from './area.ts';
import type { AreaEvent, AreaView, AreaZone } from './types.ts';

/** The types of areas. */
export interface AreaTypes {
  readonly zone: AreaZone;
  readonly state: AreaState;
  readonly event: AreaEvent;
  readonly view: AreaView;
}
