/** Something that is to be said about a place in a file. */
export interface PlacedFinding {
  readonly file: string;
  /** Counted from 1; missing where the whole file is meant. */
  readonly line?: number | undefined;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  /** A stable name for what it is, for example `missing-reference`. */
  readonly code: string;
}

/** One line as compilers print it, which editors can jump to: `file:line: severity: message [code]`. */
export function findingText({ file, line, severity, message, code }: PlacedFinding): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return `${place}: ${severity}: ${message} [${code}]`;
}
