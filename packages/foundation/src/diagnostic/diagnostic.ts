import { formatJsonPath, type JsonPath } from '../json/json-path.ts';

/** Error: refused, or it will not work. Warning: it works, but hardly as meant. Info: worth knowing. */
export type Severity = 'error' | 'warning' | 'info';

/** Where something is wrong: a line of a file, a value of a document or twin, or both. Empty: the whole. */
export interface Place {
  readonly file?: string | undefined;
  /** Counted from 1. */
  readonly line?: number | undefined;
  /** Counted from 1, in UTF-16 units as editors show them. */
  readonly column?: number | undefined;
  readonly path?: JsonPath | undefined;
}

/** Something to say about a place in what a person wrote: a twin, a config, a template, a command line. */
export interface Diagnostic<Code extends string = string> {
  readonly severity: Severity;
  /** A stable name for what it is: branch on this, never on the message. */
  readonly code: Code;
  readonly at: Place;
  /** One line: what is wrong and what to do. */
  readonly message: string;
}

/** `file:line:column`, `zones.A3.polygon`, or `file: zones.A3.polygon`; empty for the whole. */
export function formatPlace({ file, line, column, path = [] }: Place): string {
  const spot = [file, line, column].filter((part) => part !== undefined).join(':');
  const value = path.length === 0 ? '' : formatJsonPath(path);
  return [spot, value].filter((part) => part !== '').join(': ');
}

/** One line as compilers print it, which editors can jump to: `file:line: severity: message [code]`. */
export function formatDiagnostic({ severity, code, at, message }: Diagnostic): string {
  const place = formatPlace(at);
  return `${place === '' ? '' : `${place}: `}${severity}: ${message} [${code}]`;
}
