import type { Diagnostic } from '@companion/foundation';

/** What keeps the app from starting. */
export type PlanCode =
  | 'CONFIG_MISSING'
  | 'CONFIG_BAD'
  | 'MODEL_MISSING'
  | 'LABELS_MISSING'
  | 'STREAM_MISSING'
  | 'RECORDING_BAD'
  | 'REPLAY_MISSING'
  | 'NOTHING_TO_PLAY'
  | 'UNSUPPORTED';

/** One reason against starting, with the file that it is about. */
export interface PlanDiagnostic extends Diagnostic<PlanCode> {
  readonly severity: 'error';
  readonly at: { readonly file: string; readonly line?: number };
}

/** A reason against starting. */
export function planError(code: PlanCode, at: PlanDiagnostic['at'], message: string): PlanDiagnostic {
  return { severity: 'error', code, at, message };
}
