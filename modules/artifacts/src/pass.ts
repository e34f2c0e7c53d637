import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@companion/edge';
import { redactUrl } from '@companion/edge';
import { asArtifactError, reportedError } from './failure.ts';
import { download } from './download/download.ts';
import type { ArtifactSpec, DesiredState } from './plan/desired.ts';
import type { Release } from './plan/release.ts';
import { planSteps, type Observed } from './plan/steps.ts';
import type { ArtifactProgress } from './report.ts';
import { publishRelease } from './release/publish.ts';
import { putIntoStore } from './store/store.ts';
import { switchLinkDurably } from './volume/durable.ts';
import type { VolumeLayout } from './volume/layout.ts';
import { listPublished, listStored, readCurrent } from './volume/volume.ts';

/** What changes about an artifact while it is brought into the store. */
export type ArtifactChange = Omit<ArtifactProgress, 'kind' | 'sha256'>;

interface PassOptions {
  readonly layout: VolumeLayout;
  readonly desired: DesiredState;
  readonly release: Release;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly onArtifact: (name: string, change: ArtifactChange) => void;
}

/** Observes the volume and does what is missing until `current` names the release. Rejects at the first step that fails; the next pass goes on from there. */
export async function runPass(options: PassOptions): Promise<void> {
  const { layout, desired, release, signal, log, onArtifact } = options;
  const observed = await observe(layout);
  const steps = planSteps(observed, desired, release);
  const fetched = new Set(steps.flatMap((step) => (step.do === 'fetch' ? [step.artifact.sha256] : [])));
  for (const { name, sha256 } of desired.artifacts) if (!fetched.has(sha256)) onArtifact(name, { state: 'ready' });
  for (const step of steps) {
    signal.throwIfAborted();
    switch (step.do) {
      case 'fetch':
        await fetchArtifact(step.artifact, step.fileName, options);
        for (const { name, sha256 } of desired.artifacts) {
          if (sha256 === step.artifact.sha256) onArtifact(name, { state: 'ready' });
        }
        break;
      case 'publish':
        await publishRelease(layout, release);
        log.info({ release: release.id }, 'release published');
        break;
      case 'switch':
        await switchLinkDurably(layout.current, `releases/${release.id}`);
        log.info({ release: release.id, before: observed.current }, 'current switched');
        break;
      case 'confirm':
        // Observed by the caller, for as long as the release is current.
        break;
    }
  }
}

async function observe(layout: VolumeLayout): Promise<Observed> {
  const [stored, published, current] = await Promise.all([
    listStored(layout),
    listPublished(layout),
    readCurrent(layout),
  ]);
  return { stored, published, current };
}

async function fetchArtifact(artifact: ArtifactSpec, fileName: string, options: PassOptions): Promise<void> {
  const { layout, signal, log, onArtifact } = options;
  const { name } = artifact;
  const file = join(layout.partial, `${artifact.sha256}.part`);
  let received = {};
  try {
    log.info({ artifact: name, url: redactUrl(artifact.url) }, 'download started');
    onArtifact(name, {
      state: 'downloading',
      receivedBytes: 0,
      ...(artifact.sizeBytes === undefined ? {} : { totalBytes: artifact.sizeBytes }),
    });
    await download({
      artifact,
      file,
      signal,
      onProgress: ({ receivedBytes, totalBytes }) => {
        received = totalBytes === undefined ? { receivedBytes } : { receivedBytes, totalBytes };
        onArtifact(name, { state: 'downloading', ...received });
      },
    });
    onArtifact(name, { state: 'unpacking', ...received });
    await putIntoStore({ layout, artifact, file, fileName, signal });
    log.info({ artifact: name, sha256: artifact.sha256, ...received }, 'artifact verified and stored');
  } catch (error) {
    signal.throwIfAborted();
    onArtifact(name, { state: 'failed', ...received, error: reportedError(asArtifactError(error)) });
    throw error;
  } finally {
    await rm(file, { force: true });
  }
}
