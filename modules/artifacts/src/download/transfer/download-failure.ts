import type { JsonObject } from '@companion/foundation';
import { ArtifactError } from '../../core/artifact-error.ts';

/** What an error of a download names: never the query, where signatures live. */
export interface Where {
  /** The artifact's. */
  readonly name: string;
  /** Without query, fragment, user and password. */
  readonly url: string;
}

/** The connection failed or was cut: what is there is kept, and the next try goes on from it. */
export function downloadFailed(where: Where, reason: string, facts: JsonObject = {}, cause?: unknown): ArtifactError {
  return new ArtifactError('DOWNLOAD_FAILED', `${where.name}: ${where.url} failed (${reason})`, {
    retryable: true,
    facts: { reason, ...facts },
    cause,
  });
}

/** The server does not want to. It may be mended there, without a new twin, so even a refusal is tried again. */
export function downloadRefused(where: Where, reason: string, facts: JsonObject = {}): ArtifactError {
  return new ArtifactError('DOWNLOAD_REFUSED', `${where.name}: ${where.url} ${reason}`, { retryable: true, facts });
}

/** Not the size that the twin names. A server that is just replacing the file gives way to the right one later. */
export function sizeMismatch(where: Where, expected: number, found: number): ArtifactError {
  return new ArtifactError(
    'SIZE_MISMATCH',
    `${where.name}: the twin says ${expected} bytes, the server has ${found > expected ? 'more' : 'fewer'}`,
    { retryable: true, facts: { expected, found } },
  );
}

/** More than the policy takes; final, since the digest says that it will always be these bytes. */
export function artifactTooLarge(where: Where, limit: number, found: number): ArtifactError {
  return new ArtifactError('ARTIFACT_TOO_LARGE', `${where.name}: more than the ${limit} bytes that the policy takes`, {
    retryable: false,
    facts: { limit, found },
  });
}

/** What a network error may show: node-fetch's messages quote the whole URL, query included. */
export function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'type' in error && typeof error.type === 'string' ? error.type : error.name;
}
