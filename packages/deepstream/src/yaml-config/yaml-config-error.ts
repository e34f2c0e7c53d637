/** Why a YAML config is not read. */
export type YamlConfigErrorCode =
  'invalid-yaml' | 'not-a-mapping' | 'several-documents' | 'alias' | 'too-large' | 'too-deep';

/** The first thing in a file that stops it from being read. */
export interface YamlConfigError {
  readonly code: YamlConfigErrorCode;
  /** Counted from 1. */
  readonly line: number;
  readonly reason: string;
}
