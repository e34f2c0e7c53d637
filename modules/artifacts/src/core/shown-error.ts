import type { CodedError, JsonObject } from '@companion/foundation';
import { ArtifactError } from './artifact-error.ts';

/** What logs, twin and answers show of an error: plain data, so that two can be compared. */
export interface ShownError extends Pick<CodedError, 'code' | 'message'> {
  readonly facts: JsonObject;
}

/** An error as it is shown; one without a code of ours or of the system gets `otherwise`. */
export function shownError(error: unknown, otherwise = 'UNKNOWN'): ShownError {
  if (error instanceof ArtifactError) return { code: error.code, message: error.message, facts: error.facts };
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : otherwise;
  return { code, message, facts: {} };
}
