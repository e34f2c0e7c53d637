import type { Diagnostic } from '@companion/foundation';

/** Something to say about one line of a config; whoever knows the file's name adds it. */
export interface LineDiagnostic<Code extends string> extends Diagnostic<Code> {
  /** Counted from 1. */
  readonly at: { readonly line: number };
}
