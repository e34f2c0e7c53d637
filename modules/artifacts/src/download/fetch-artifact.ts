import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Log } from '@companion/edge';
import { redactUrl } from '@companion/foundation';
import { ArtifactError } from '../core/artifact-error.ts';
import type { Clock } from '../core/clock.ts';
import type { Credentials } from '../credentials/credentials.ts';
import { checkSpace, freeBytesOf } from '../volume/space.ts';
import { isStored, placeInStore, stageFile, storePath, type StoredArtifact } from '../store/store.ts';
import { failPoint } from '../core/fail-point.ts';
import { hasErrno } from '../core/errno.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { partialFiles } from '../volume/partial-files.ts';
import { createAgents } from './fetchers/http/agents.ts';
import { createBandwidth, type Bandwidth } from './transfer/bandwidth.ts';
import { downloadRefused, type Where } from './transfer/download-failure.ts';
import type { FetchPolicy } from './transfer/fetch-policy.ts';
import { openLanding, type Landing } from './transfer/landing.ts';
import { openPartial, type Partial } from './transfer/partial.ts';
import { receiveFile } from './fetchers/file/receive-file.ts';
import { receiveHttp } from './fetchers/http/receive-http.ts';

/** What is to be fetched, as the twin names it. */
export interface WantedArtifact {
  readonly name: string;
  readonly url: string;
  /** Of the file as downloaded, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly sizeBytes: number | undefined;
  /** Name of the credential that the server wants. */
  readonly credential?: string | undefined;
}

/** What a download is at; `downloading` unpacks on the way where the archive allows it. */
export type FetchState = 'downloading' | 'verifying' | 'unpacking';

interface FetchOptions {
  readonly layout: VolumeLayout;
  readonly artifact: WantedArtifact;
  /** The name that content which is no archive gets. */
  readonly fileName: string;
  readonly policy: FetchPolicy;
  readonly credentials: Credentials;
  /** Shared by all downloads that run at once; made from the policy where there is none. */
  readonly bandwidth?: Bandwidth | undefined;
  /** Called where the bytes don't fit, before that is an error: old releases go first. */
  readonly makeRoom?: ((needBytes: number) => Promise<void>) | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (state: FetchState, receivedBytes: number, totalBytes: number | undefined) => void;
  readonly log: Log;
}

/** More often nobody looks; a transition is always told. */
const progressEveryMs = 100;

/**
 * Brings one artifact into the store, waiting where the same digest is on its way already: see `fetchAlone`, which
 * rejects likewise.
 */
export async function fetchArtifact(options: FetchOptions): Promise<StoredArtifact> {
  const { layout, artifact, signal } = options;
  const { arriving } = layout;
  for (;;) {
    signal.throwIfAborted();
    const other = arriving.get(artifact.sha256);
    if (other === undefined) break;
    // How it ends is its own caller's: the store says what is left to do.
    await settledOrAborted(other, signal);
  }
  const own = fetchAlone(options);
  arriving.set(artifact.sha256, own);
  try {
    return await own;
  } finally {
    arriving.delete(artifact.sha256);
  }
}

async function settledOrAborted(other: Promise<unknown>, signal: AbortSignal): Promise<void> {
  let leave = (): void => undefined;
  const aborted = new Promise<void>((resolve) => (leave = resolve));
  signal.addEventListener('abort', leave);
  await Promise.race([other.catch(() => undefined), aborted]);
  signal.removeEventListener('abort', leave);
}

/**
 * Brings one artifact into the store: downloads (going on where an earlier run was cut), verifies, unpacks, flushes and
 * gives it its name, in that order as far as anybody can see. What is in the store is not downloaded again. Rejects with an
 * `ArtifactError`, or with the signal's reason when aborted; a download that can be resumed is kept in `partial/`.
 */
async function fetchAlone(options: FetchOptions): Promise<StoredArtifact> {
  const { layout, artifact, clock, signal, log } = options;
  const { name, sha256 } = artifact;
  if (await isStored(layout, sha256)) return { sha256, path: storePath(layout, sha256) };
  const where = { name, url: redactUrl(artifact.url) };
  let partial: Partial | undefined;
  let landing: Landing | undefined;
  let keep = false;
  try {
    partial = await openPartial(partialFiles(layout, sha256), () => clock.nowMs());
    // Bytes from another server may be of another file: its validator says nothing about this one's.
    if (partial.origin !== undefined && partial.origin.url !== where.url) await partial.empty();
    const staging = join(layout.staging, randomUUID());
    const { policy } = options;
    landing = await openLanding({ partial, staging, name, limits: policy });
    log.info(
      { artifact: name, url: where.url, ...(partial.sizeBytes > 0 ? { resumedBytes: partial.sizeBytes } : {}) },
      'download started',
    );
    const resumed = partial.sizeBytes > 0;
    await receive(options, where, landing, resumed);
    if (!verify(options, where, landing, resumed)) {
      // The earlier run's bytes may have been damaged or of another file: once more, from the beginning.
      await landing.startOver();
      await receive(options, where, landing, false);
      verify(options, where, landing, false);
    }
    failPoint('digest-verified');
    await unpack(options, partial, landing, staging);
    const receivedBytes = landing.receivedBytes;
    const stored = await placeInStore(layout, staging, sha256);
    log.info({ artifact: name, sha256, receivedBytes }, 'artifact verified and stored');
    return stored;
  } catch (error) {
    if (signal.aborted) {
      keep = partial?.origin !== undefined;
      throw signal.reason as Error;
    }
    const failure = await asFailure(error, where, layout);
    keep = partial?.origin !== undefined && resumable.has(failure.code);
    throw failure;
  } finally {
    await landing?.discard();
    failPoint('staging-discarded');
    await (keep ? partial?.close() : partial?.remove());
  }
}

/** After these the bytes that came so far are as good as before. */
const resumable: ReadonlySet<string> = new Set([
  'DOWNLOAD_FAILED',
  'DOWNLOAD_REFUSED',
  'DOWNLOAD_STALLED',
  'CREDENTIAL_MISSING',
  'DISK_FULL',
  'VOLUME_FAILED',
]);

async function receive(options: FetchOptions, where: Where, landing: Landing, resumed: boolean): Promise<void> {
  const { artifact, policy, clock, signal, layout, onProgress } = options;
  const { url, sizeBytes, credential } = artifact;
  let toldAtMs = -Infinity;
  const onBytes = (totalBytes: number | undefined): void => {
    if (clock.nowMs() - toldAtMs < progressEveryMs) return;
    toldAtMs = clock.nowMs();
    onProgress('downloading', landing.receivedBytes, totalBytes);
  };
  const onTotal = async (totalBytes: number | undefined): Promise<void> => {
    if (totalBytes === undefined) return;
    const archive = landing.kind !== undefined && landing.kind !== 'file';
    const unpackedBytes = archive ? Math.max(0, totalBytes - landing.writer.unpackedBytes) : 0;
    const needBytes = totalBytes - landing.receivedBytes + unpackedBytes;
    const space = { path: layout.root, needBytes, floorBytes: policy.freeBytesFloor };
    try {
      await checkSpace(space);
    } catch (error) {
      if (options.makeRoom === undefined) throw error;
      await options.makeRoom(needBytes);
      await checkSpace(space);
    }
  };
  if (resumed) await landing.replay(signal);
  onProgress('downloading', landing.receivedBytes, landing.origin?.totalBytes ?? sizeBytes);
  const common = { where, url, sizeBytes, maxBytes: policy.maxArtifactBytes, landing, signal, onBytes, onTotal };
  if (/^file:/i.test(url)) {
    await receiveFile({ ...common, importDirectory: policy.importDirectory });
    return;
  }
  if (!/^https?:/i.test(url)) throw downloadRefused(where, 'is neither http, https nor file');
  await receiveHttp({
    ...common,
    credential,
    credentials: options.credentials,
    stallTimeoutMs: policy.stallTimeoutMs,
    agentFor: await createAgents(policy.proxy, policy.extraCaFiles),
    bandwidth: options.bandwidth ?? createBandwidth(clock, policy.maxBytesPerSec),
    clock,
  });
}

/** False where the bytes are wrong but a fresh download may mend it; throws where it is fresh already. */
function verify(options: FetchOptions, where: Where, landing: Landing, resumed: boolean): boolean {
  const { artifact, onProgress } = options;
  const { receivedBytes } = landing;
  onProgress('verifying', receivedBytes, receivedBytes);
  const { sizeBytes, sha256 } = artifact;
  const found = landing.digest();
  if (found === sha256) return true;
  if (resumed) return false;
  // Not final: a server that is just replacing the file, or a proxy's error page, gives way to the right bytes later.
  if (sizeBytes !== undefined && sizeBytes !== receivedBytes) {
    throw new ArtifactError('SIZE_MISMATCH', `${where.name}: the twin says ${sizeBytes} bytes, ${receivedBytes} came`, {
      retryable: true,
      facts: { expected: sizeBytes, found: receivedBytes },
    });
  }
  throw new ArtifactError('DIGEST_MISMATCH', `${where.name}: the bytes at ${where.url} are not those the twin names`, {
    retryable: true,
    facts: { expected: sha256, found, receivedBytes },
  });
}

async function unpack(options: FetchOptions, partial: Partial, landing: Landing, staging: string): Promise<void> {
  const { artifact, policy, signal, fileName, onProgress } = options;
  onProgress('unpacking', landing.receivedBytes, landing.receivedBytes);
  const kind = await landing.unpacked();
  signal.throwIfAborted();
  if (kind === 'zip') {
    // Loaded only here: most archives are tars.
    const { unpackZip } = await import('../archive/unpack-zip.ts');
    await unpackZip({ file: partial.path, writer: landing.writer, name: artifact.name, limits: policy, signal });
  }
  if (kind === 'file') {
    await partial.flush();
    await stageFile(partial.path, staging, fileName);
    failPoint('file-staged');
  }
  failPoint('content-unpacked');
  await landing.writer.flush();
  failPoint('content-flushed');
  signal.throwIfAborted();
}

async function asFailure(error: unknown, { name }: Where, { root }: VolumeLayout): Promise<ArtifactError> {
  if (error instanceof ArtifactError) return error;
  if (hasErrno(error, 'ENOSPC') || hasErrno(error, 'EDQUOT')) {
    const freeBytes = await freeBytesOf(root);
    return new ArtifactError('DISK_FULL', `${name}: no space left in the volume`, {
      retryable: true,
      facts: { freeBytes },
      cause: error,
    });
  }
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new ArtifactError('VOLUME_FAILED', `${name}: the volume failed (${reason})`, {
    retryable: true,
    facts: { reason },
    cause: error,
  });
}
