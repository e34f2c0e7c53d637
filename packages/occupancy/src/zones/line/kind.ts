import type { LineState } from './line.ts';
import type { LineEvent, LineView, LineZone } from './types.ts';

/** The types of lines. */
export interface LineTypes {
  readonly zone: LineZone;
  readonly state: LineState;
  readonly event: LineEvent;
  readonly view: LineView;
}
