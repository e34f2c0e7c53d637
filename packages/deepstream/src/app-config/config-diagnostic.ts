import type { Diagnostic, Severity } from '@companion/foundation';

/** What a check can find. */
export type ConfigDiagnosticCode =
  // files
  | 'unreadable'
  | 'too-large'
  | 'not-a-config'
  | 'not-for-test5'
  | 'several-documents'
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

/** A line of a config, counted from 1; 1 also where the file as a whole is meant. */
export interface ConfigPlace {
  readonly file: string;
  readonly line: number;
}

/**
 * Something in a configuration that an operator should know. Error: DeepStream will not start, or nothing will arrive.
 * Warning: it runs, but hardly as meant.
 */
export interface ConfigDiagnostic extends Diagnostic<ConfigDiagnosticCode> {
  readonly at: ConfigPlace;
}

/** The four parts as one. */
export function diagnose(
  severity: Severity,
  code: ConfigDiagnosticCode,
  at: ConfigPlace,
  message: string,
): ConfigDiagnostic {
  return { severity, code, at, message };
}
