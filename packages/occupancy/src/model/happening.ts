import type { Moment } from './moment.ts';
import type { Sighting } from './sighting.ts';

/** A change, still in the pipeline's terms: what all events have. */
export interface Happening<State> {
  readonly zone: string;
  readonly sensor: string;
  readonly state: State;
  readonly previous: State;
  /** When it happened, in the sensor's time. */
  readonly since: Moment;
  /** When the previous state began; null where none was known. */
  readonly previousSince: Moment | null;
  /** What came, stood, left or crossed, where there was something. */
  readonly seen: Sighting | null;
}

/** A zone as it stands: what the views of all kinds have. */
export interface View<Kind, State> {
  readonly zone: string;
  readonly kind: Kind;
  /** "" for a spot that DeepStream reports, as long as none has spoken of it. */
  readonly sensor: string;
  readonly state: State;
  /** Since when, in the sensor's time; null before the first determination. */
  readonly since: Moment | null;
}
