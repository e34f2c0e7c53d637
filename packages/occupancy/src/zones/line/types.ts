import type { Happening, View } from '../../model/happening.ts';
import type { Watching } from '../../model/watching.ts';

/** Which way a line was crossed last. */
export type Direction = 'none' | 'in' | 'out';

/** A line that is crossed in or out. */
export interface LineZone extends Watching {
  readonly kind: 'line';
  /** `[x, y]`; going in is crossing to the right hand of someone who walks from → to on the picture (y grows downwards). */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  /** How far beyond the line, in the units of the boxes, something must be to be on that side; null goes by its size. */
  readonly deadBand: number | null;
}

/** A line's counters. */
export interface LineTotals {
  readonly in: number;
  readonly out: number;
}

/** Something crossed a line. */
export interface LineEvent extends Happening<Direction> {
  readonly kind: 'line';
  readonly type: 'line.crossed';
  readonly totals: LineTotals;
}

/** A line as it stands. */
export interface LineView extends View<'line', Direction> {
  readonly totals: LineTotals;
}
