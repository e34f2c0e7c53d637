/** What keeps the app from starting. */
export type FindingCode =
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
export interface Finding {
  readonly code: FindingCode;
  readonly file: string;
  readonly reason: string;
}
