/** What silence of a sensor means: nobody knows, nothing is there, or all is as it was. */
export type SilenceRule = 'unknown' | 'empty' | 'keep';

/** What every zone that looks at detections has. Times are milliseconds of event time. */
export interface Watching {
  readonly name: string;
  /** DeepStream's name of the camera, compared exactly. */
  readonly sensor: string;
  /** Class labels that count; compared without regard to case. */
  readonly classes: readonly string[];
  /** Detections below it are not seen; a detection without confidence is. */
  readonly minConfidence: number;
  /** How long something must be there before it is believed. */
  readonly enterAfterMs: number;
  /** How long it must be gone before that is believed. */
  readonly leaveAfterMs: number;
  /** How long the sensor may be silent before nobody can say any more what is there. */
  readonly staleAfterMs: number;
  readonly silence: SilenceRule;
  /** Where the twin names no rule: what was seen to be empty when silence began stays so, unconfirmed, for a night. */
  readonly staysEmpty?: boolean;
}
