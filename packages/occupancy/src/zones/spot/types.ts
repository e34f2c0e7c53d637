import type { Polygon } from '../../model/geometry.ts';
import type { Happening, View } from '../../model/happening.ts';
import type { Occupancy, SpotTotals } from '../../model/spot-tally.ts';
import type { Watching } from '../../model/watching.ts';

/** When a box covers a spot: by where it stands (the middle of its lower edge), by how much it hides, or by either. */
export type CoverRule = 'anchor' | 'overlap' | 'either';

/** One parking place, found from plain detections. */
export interface SpotZone extends Watching {
  readonly kind: 'spot';
  /** In the units of DeepStream's boxes. */
  readonly polygon: Polygon;
  readonly cover: CoverRule;
}

/** A change of a parking place. Its events follow each other in time. */
export interface SpotEvent extends Happening<Occupancy> {
  readonly kind: 'spot';
  readonly type: 'parking.parked' | 'parking.empty' | 'parking.unknown';
  /** All spots of the module, after this event. */
  readonly totals: SpotTotals;
}

/** A spot as it stands. */
export interface SpotView extends View<'spot', Occupancy> {
  /** Its sensor is lost, and nothing says that the scene is not just empty; absent otherwise. */
  readonly unconfirmed?: true;
}
