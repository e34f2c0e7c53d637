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
  | 'engine-in-working-directory'
  | 'model-missing'
  | 'labels-count'
  // lines
  | 'duplicate-key'
  | 'duplicate-group'
  | 'invalid-number'
  | 'invalid-value'
  | 'group-name'
  | 'too-many-groups'
  | 'inline-comment'
  | 'invalid-uri'
  // sources
  | 'no-source'
  | 'source-number-twice'
  | 'source-list-count'
  | 'source-attr-all-missing'
  | 'directory-not-writable'
  | 'csv-row-invalid'
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
  | 'converter-config-missing'
  | 'dummy-payload'
  | 'error-propagation-with-azure'
  | 'frame-interval-ignored'
  | 'camera-id-shared'
  | 'box-units'
  | 'sensors-below-sources'
  // inference
  | 'config-file-missing'
  | 'gie-id-conflict'
  | 'gie-id-unknown'
  | 'tracker-library-missing';

/**
 * When DeepStream meets it. `parser`: its own parser of the app config refuses the file, the app exits at once (9.1).
 * `plugin`: a plugin or library fails while the pipeline is built. `runtime`: it starts, and it shows later.
 */
export type ConfigStage = 'parser' | 'plugin' | 'runtime';

/** What a plugin meets; what is not here shows at run time, unless a check knows better. */
const pluginCodes: ReadonlySet<ConfigDiagnosticCode> = new Set<ConfigDiagnosticCode>([
  'unreadable',
  'reference-missing',
  'engine-to-be-built',
  'engine-never-matches',
  'engine-in-working-directory',
  'model-missing',
  'invalid-number',
  'invalid-uri',
  'gie-id-conflict',
  'config-file-missing',
  'tracker-library-missing',
]);

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
  readonly stage: ConfigStage;
}

/** The parts as one; the stage follows from the code where it is not given. */
export function diagnose(
  severity: Severity,
  code: ConfigDiagnosticCode,
  at: ConfigPlace,
  message: string,
  stage: ConfigStage = pluginCodes.has(code) ? 'plugin' : 'runtime',
): ConfigDiagnostic {
  return { severity, code, stage, at, message };
}
