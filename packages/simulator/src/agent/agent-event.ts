/** What can happen to a module. */
export type Happening =
  | {
      readonly kind: 'started';
      /** What was started, for people: `process 4711`. */
      readonly label: string;
      readonly pid: number | undefined;
      readonly restarts: number;
    }
  /** How its run differs from a device's, for people. */
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'exited'; readonly exitCode: number | null; readonly signal: string | null }
  /** It will be started again after `delayMs`. */
  | { readonly kind: 'backoff'; readonly restarts: number; readonly delayMs: number }
  /** It ended with an error and will not be started again. */
  | { readonly kind: 'failed'; readonly restarts: number }
  /** It is down as it should be. */
  | { readonly kind: 'stopped' };

/** What a timeline can show of the modules' lives. Times are milliseconds since 1970. */
export type AgentEvent = { readonly module: string; readonly atMs: number } & Happening;

/** A line that a module wrote, without its end. */
export interface OutputLine {
  readonly module: string;
  readonly line: string;
}
