import type { ShownError } from '../core/shown-error.ts';
import { initialControl, type Control } from '../domain/control.ts';
import type { Health } from '../domain/health.ts';
import type { StateFinding } from './saved-state.ts';

/** What can be said of the releases at one moment. */
export interface ControlView {
  readonly control: Control;
  /** The release that the link names. */
  readonly current: string | undefined;
  /** How DeepStream does on the target; undefined where nobody looks. */
  readonly health: Health | undefined;
  /** What an operator may have to look at, in one line. */
  readonly hint: string | undefined;
  /** What keeps DeepStream from the target just now and is tried again. */
  readonly problem: ShownError | undefined;
  /** What could not be read of `state.json`. */
  readonly stateFindings: readonly StateFinding[];
}

/** The view of a control that was not started yet. */
export const initialView: ControlView = {
  control: initialControl,
  current: undefined,
  health: undefined,
  hint: undefined,
  problem: undefined,
  stateFindings: [],
};
