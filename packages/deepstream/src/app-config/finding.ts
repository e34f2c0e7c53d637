/** Error: DeepStream will not start, or nothing will arrive. Warning: it runs, but hardly as meant. */
export type Severity = 'error' | 'warning' | 'info';

/** What a check can find. */
export type FindingCode =
  // files
  | 'unreadable'
  | 'not-a-config'
  | 'reference-missing'
  | 'engine-to-be-built'
  | 'engine-never-matches'
  | 'model-missing'
  | 'labels-count'
  // lines
  | 'duplicate-key'
  | 'duplicate-group'
  | 'invalid-number'
  | 'inline-comment'
  | 'invalid-uri'
  // sources
  | 'no-source'
  | 'batch-size-below-sources'
  | 'live-source-off'
  | 'live-source-on'
  | 'tiles-below-sources'
  | 'source-type-mismatch'
  // sinks
  | 'port-conflict'
  | 'no-message-sink'
  | 'payload-type-unreadable'
  | 'topic-without-route'
  | 'converter-missing'
  | 'frame-interval-ignored'
  | 'sensors-below-sources'
  // inference
  | 'config-file-missing'
  | 'gie-id-conflict'
  | 'gie-id-unknown'
  | 'tracker-library-missing';

/** Something in a configuration that an operator should know, as a compiler would say it. */
export interface Finding {
  readonly severity: Severity;
  readonly code: FindingCode;
  readonly file: string;
  /** Counted from 1; 1 where the file as a whole is meant. */
  readonly line: number;
  readonly message: string;
}

/** Gathers findings. */
export interface FindingSink {
  add(
    severity: Severity,
    code: FindingCode,
    at: { readonly file: string; readonly line: number },
    message: string,
  ): void;
}

/** A sink that appends to `findings`. */
export function createFindingSink(findings: Finding[]): FindingSink {
  return {
    add: (severity, code, { file, line }, message) => {
      findings.push({ severity, code, file, line, message });
    },
  };
}
