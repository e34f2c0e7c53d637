import type { AreaState } from './area.ts';
import type { WatchingZone } from './config.ts';
import type { LineState } from './line.ts';
import type { SpotState } from './spot.ts';

/** What is remembered of a zone. */
export type WatchState = SpotState | AreaState | LineState;

/** What was remembered of a zone; undefined for a new one. */
export type StateOf = (zone: WatchingZone) => WatchState | undefined;
