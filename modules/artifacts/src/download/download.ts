import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import fetch, { type Response } from 'node-fetch';
import { redactUrl } from '@companion/edge';
import { ArtifactError } from '../artifact-error.ts';
import type { ArtifactSpec } from '../plan/desired.ts';
import { hasErrno } from '../volume/errno.ts';

/** How far a download is. */
export interface DownloadProgress {
  readonly receivedBytes: number;
  /** Undefined where neither the twin nor the server says. */
  readonly totalBytes: number | undefined;
}

interface DownloadOptions {
  readonly artifact: ArtifactSpec;
  /** Where the verified bytes go; the file is flushed when the promise resolves. */
  readonly file: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DownloadProgress) => void;
}

/**
 * Streams one artifact to a file, in constant memory, hashing on the way. Resolves only if size and SHA-256 are what the
 * twin says; rejects with an `ArtifactError` otherwise, and with the signal's reason when aborted.
 */
export async function download({ artifact, file, signal, onProgress }: DownloadOptions): Promise<void> {
  const response = await request(artifact, signal);
  const announced = Number(response.headers.get('content-length') ?? Number.NaN);
  const totalBytes = artifact.sizeBytes ?? (Number.isSafeInteger(announced) ? announced : undefined);
  const hash = createHash('sha256');
  let receivedBytes = 0;
  const handle = await open(file, 'w');
  try {
    for await (const chunk of bodyOf(response, artifact)) {
      receivedBytes += chunk.length;
      if (artifact.sizeBytes !== undefined && receivedBytes > artifact.sizeBytes) {
        throw sizeMismatch(artifact, receivedBytes);
      }
      hash.update(chunk);
      await handle.writeFile(chunk);
      onProgress({ receivedBytes, totalBytes });
    }
    await handle.sync();
  } catch (error) {
    signal.throwIfAborted();
    throw asArtifactError(error, artifact);
  } finally {
    await handle.close();
  }
  if (artifact.sizeBytes !== undefined && receivedBytes !== artifact.sizeBytes) {
    throw sizeMismatch(artifact, receivedBytes);
  }
  const found = hash.digest('hex');
  if (found === artifact.sha256) return;
  // Not final: a server that is just replacing the file, or a proxy's error page, gives way to the right bytes later.
  throw new ArtifactError(
    'DIGEST_MISMATCH',
    `${artifact.name}: the bytes at ${redactUrl(artifact.url)} are not those the twin names`,
    {
      retryable: true,
      facts: { expected: artifact.sha256, found, receivedBytes },
    },
  );
}

async function request(artifact: ArtifactSpec, signal: AbortSignal): Promise<Response> {
  const where = redactUrl(artifact.url);
  let response: Response;
  try {
    // `identity`: the digest in the twin is that of the file, not of what a compressing proxy makes of it.
    response = await fetch(artifact.url, { signal, follow: 5, headers: { 'accept-encoding': 'identity' } });
  } catch (error) {
    signal.throwIfAborted();
    throw asArtifactError(error, artifact);
  }
  if (response.ok) return response;
  const { status } = response;
  // The body is not read: end the connection now instead of leaving it to the garbage collector.
  if (response.body !== null && 'destroy' in response.body) (response.body as unknown as { destroy(): void }).destroy();
  const retryable = status >= 500 || status === 408 || status === 429;
  throw new ArtifactError(
    retryable ? 'DOWNLOAD_FAILED' : 'DOWNLOAD_REFUSED',
    `${artifact.name}: ${where} answered ${status}`,
    // A 403 or 404 may be mended on the server, without a new twin, so even a refusal is tried again, slowly.
    { retryable: true, facts: { status } },
  );
}

async function* bodyOf(response: Response, artifact: ArtifactSpec): AsyncGenerator<Buffer> {
  if (response.body === null) {
    throw new ArtifactError('DOWNLOAD_FAILED', `${artifact.name}: the answer has no body`, { retryable: true });
  }
  for await (const chunk of response.body) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

function sizeMismatch(artifact: ArtifactSpec, receivedBytes: number): ArtifactError {
  const expected = artifact.sizeBytes ?? null;
  return new ArtifactError(
    'SIZE_MISMATCH',
    `${artifact.name}: the twin says ${expected ?? '?'} bytes, the server sent ${receivedBytes > (expected ?? 0) ? 'more' : 'fewer'}`,
    {
      retryable: true,
      facts: { expected, found: receivedBytes },
    },
  );
}

function asArtifactError(error: unknown, artifact: ArtifactSpec): ArtifactError {
  if (error instanceof ArtifactError) return error;
  if (hasErrno(error, 'ENOSPC')) {
    return new ArtifactError('DISK_FULL', `${artifact.name}: no space left in the volume`, {
      retryable: true,
      cause: error,
    });
  }
  const reason = error instanceof Error ? networkReason(error) : 'unknown';
  return new ArtifactError('DOWNLOAD_FAILED', `${artifact.name}: ${redactUrl(artifact.url)} failed (${reason})`, {
    retryable: true,
    facts: { reason },
    cause: error,
  });
}

/** node-fetch's messages quote the whole URL, query included: only the code may be shown. */
function networkReason(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'type' in error && typeof error.type === 'string' ? error.type : error.name;
}
