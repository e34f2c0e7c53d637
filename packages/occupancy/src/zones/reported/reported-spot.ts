/*
 * A parking place of which DeepStream itself says parked or empty. The message is the change; it comes once, so silence
 * means nothing. Messages older than the state are ignored. All of it is plain JSON.
 */
import type { Detection } from '@companion/deepstream/message';
import type { Moment } from '../../model/moment.ts';
import type { SpotChange } from '../spot/index.ts';
import { knownConfidence, type Sighting } from '../../model/sighting.ts';
import type { Occupancy } from '../../model/spot-tally.ts';

/** All that is remembered of a reported spot. */
export interface ReportedSpotState {
  readonly occupancy: Occupancy;
  readonly since: Moment | null;
  /** The newest message's time; repeated messages move it on. */
  readonly lastMs: number | null;
  /** The sensor that said so last. */
  readonly sensor: string | null;
  readonly seen: Sighting | null;
}

/** A reported spot nothing was said about yet. */
export const unreported: ReportedSpotState = {
  occupancy: 'unknown',
  since: null,
  lastMs: null,
  sensor: null,
  seen: null,
};

/** Takes what one message says; null change where it is nothing new. */
export function reportSpot(
  state: ReportedSpotState,
  at: Moment,
  sensor: string,
  { eventType, label, confidence, trackId, box }: Detection,
): { readonly state: ReportedSpotState; readonly change: SpotChange | null } {
  const occupancy = eventType === 'parked' ? 'occupied' : eventType === 'empty' ? 'empty' : null;
  if (occupancy === null || (state.lastMs !== null && at.ms < state.lastMs)) return { state, change: null };
  if (occupancy === state.occupancy) return { state: { ...state, lastMs: at.ms, sensor }, change: null };
  const seen: Sighting | null = box && { label, confidence: knownConfidence(confidence), trackId, box };
  return {
    state: { occupancy, since: at, lastMs: at.ms, sensor, seen },
    change: { previous: state.occupancy, previousSince: state.since, state: occupancy, since: at, seen },
  };
}
