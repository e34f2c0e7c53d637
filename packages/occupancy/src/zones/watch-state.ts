import type { AreaState } from './area/area.ts';
import type { WatchingZone } from '../model/config.ts';
import type { LineState } from './line/line.ts';
import type { SpotState } from './spot/spot.ts';

/** What is remembered of a zone. */
export type WatchState = SpotState | AreaState | LineState;

/** What was remembered of a zone; undefined for a new one. */
export type StateOf = (zone: WatchingZone) => WatchState | undefined;
