import { acceptedLabels } from '../../model/label.ts';
import type { Track } from '../../model/track.ts';
import type { Watching } from '../../model/watching.ts';

/** A zone that looks at tracks, with what it remembers. */
export interface TrackedWatch<Zone extends Watching, State> {
  readonly zone: Zone;
  /** Changes in place. */
  readonly state: State;
  readonly labels: ReadonlySet<string>;
}

/** Makes a zone ready for many frames; the state is copied. */
export function trackedWatch<Zone extends Watching, State>(zone: Zone, state: State): TrackedWatch<Zone, State> {
  return { zone, state: copyOf(state), labels: acceptedLabels(zone.classes) };
}

/** The tracks that count for the zone. */
export function tracksFor<State>(
  { zone, labels }: TrackedWatch<Watching, State>,
  tracks: readonly Track[],
): readonly Track[] {
  return tracks.filter(
    ({ label, seen }) => labels.has(label) && (seen.confidence === null || seen.confidence >= zone.minConfidence),
  );
}

/** A copy of a state, which is plain JSON. */
export function copyOf<State>(state: State): State {
  return JSON.parse(JSON.stringify(state)) as State;
}
