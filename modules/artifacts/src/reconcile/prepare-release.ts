import type { Log } from '@companion/edge';
import type { ArtifactChange } from './artifact-progress.ts';
import { reportedError, asArtifactError } from '../core/failure.ts';
import type { Clock } from '../core/clock.ts';
import type { Credentials } from '../credentials/credentials.ts';
import { createBandwidth, type Bandwidth } from '../download/transfer/bandwidth.ts';
import { fetchArtifact } from '../download/fetch-artifact.ts';
import type { FetchPolicy } from '../download/transfer/fetch-policy.ts';
import { failPoint } from '../core/fail-point.ts';
import type { DesiredState } from '../domain/desired.ts';
import type { Release } from '../domain/release.ts';
import { planPreparation, type Fetch } from '../domain/steps.ts';
import { publishRelease } from '../release/publish.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { listPublished, listStored } from '../volume/open-volume.ts';

/** How this device reaches servers; a twin has no say in it, except for what its policy names. */
export interface Downloads {
  readonly policy: FetchPolicy;
  readonly credentials: Credentials;
}

interface PassOptions {
  readonly clock: Clock;
  readonly downloads: Downloads;
  /** Called where the bytes of a download don't fit. */
  readonly makeRoom: (needBytes: number) => Promise<void>;
  readonly layout: VolumeLayout;
  readonly desired: DesiredState;
  readonly release: Release;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Tells of every artifact with this digest. */
  readonly onArtifact: (sha256: string, change: ArtifactChange) => void;
}

/**
 * Observes the volume and does what is missing until the release is published; nothing that runs is touched. Rejects with
 * the first failure, after the downloads beside it have ended; the next pass goes on from there.
 */
export async function prepareRelease(options: PassOptions): Promise<void> {
  const { layout, desired, release, signal, log, onArtifact } = options;
  const [stored, published] = await Promise.all([listStored(layout), listPublished(layout)]);
  const { fetches, publish } = planPreparation({ stored, published }, desired, release);
  for (const { sha256 } of desired.artifacts) if (stored.has(sha256)) onArtifact(sha256, { state: 'ready' });
  await fetchAll(fetches, options);
  signal.throwIfAborted();
  if (!publish) return;
  await publishRelease(layout, release);
  log.info({ release: release.id }, 'release published');
}

/** So many at a time as the policy says. One that fails for good lets those under way end, and begins no other; what a pause may cure holds up nobody. */
async function fetchAll(fetches: readonly Fetch[], options: PassOptions): Promise<void> {
  const waiting = [...fetches];
  const failures: unknown[] = [];
  const bandwidth = createBandwidth(options.clock, options.desired.policy.maxBytesPerSec);
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !failures.some(isFinal); next = waiting.shift()) {
      await fetchOne(next, bandwidth, options).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: options.desired.policy.parallel }, work));
  if (failures.length === 0) return;
  options.signal.throwIfAborted();
  // What no pause cures decides: trying the others again would bring the release no nearer.
  throw failures.find(isFinal) ?? failures[0];
}

function isFinal(failure: unknown): boolean {
  return !asArtifactError(failure).retryable;
}

async function fetchOne({ artifact, fileName }: Fetch, bandwidth: Bandwidth, options: PassOptions): Promise<void> {
  const { layout, desired, downloads, makeRoom, clock, signal, log, onArtifact } = options;
  const { maxBytesPerSec, maxArtifactBytes, freeBytesFloor } = desired.policy;
  let received = {};
  try {
    await fetchArtifact({
      layout,
      artifact,
      fileName,
      policy: { ...downloads.policy, maxBytesPerSec, maxArtifactBytes, freeBytesFloor },
      credentials: downloads.credentials,
      bandwidth,
      makeRoom,
      clock,
      signal,
      log,
      onProgress: (state, receivedBytes, totalBytes) => {
        received = totalBytes === undefined ? { receivedBytes } : { receivedBytes, totalBytes };
        onArtifact(artifact.sha256, { state, ...received });
      },
    });
    failPoint('artifact-stored');
    onArtifact(artifact.sha256, { state: 'ready' });
  } catch (error) {
    signal.throwIfAborted();
    const failure = asArtifactError(error);
    log.warn({ artifact: artifact.name, code: failure.code, facts: failure.facts }, failure.message);
    onArtifact(artifact.sha256, { state: 'failed', ...received, error: reportedError(failure) });
    throw error;
  }
}
