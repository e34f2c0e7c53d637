import type { JsonObject } from '@companion/foundation';
import type { ReportedError } from '../core/failure.ts';
import { initialControl, type Control } from '../domain/control.ts';
import type { Health } from '../domain/health.ts';

/** What can be told of the releases at one moment. */
export interface ControlView {
  readonly control: Control;
  /** The release that the link names. */
  readonly current: string | undefined;
  /** How DeepStream does on the target; undefined where nobody looks. */
  readonly health: Health | undefined;
  /** What an operator may have to look at, in one line. */
  readonly hint: string | undefined;
  /** What stands in the way just now and is tried again. */
  readonly problem: ReportedError | undefined;
}

/** The view of a control that was not started yet. */
export const initialView: ControlView = {
  control: initialControl,
  current: undefined,
  health: undefined,
  hint: undefined,
  problem: undefined,
};

/** An error as a view shows it. */
export function problemOf(error: unknown): ReportedError {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'ACTIVATION_FAILED';
  const facts = error instanceof Error && 'facts' in error ? (error.facts as JsonObject) : {};
  return { code, message, facts };
}
