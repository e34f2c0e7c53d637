import { join } from 'node:path';
import { createLog } from '@companion/edge';
import { systemClock, sha256 } from '@companion/foundation/node';
import { installSupervisor } from '../activation/activators/supervisor-script.ts';
import { ControlStore } from '../activation/control-store.ts';
import { asArtifactError } from '../core/artifact-error.ts';
import { shownError, type ShownError } from '../core/shown-error.ts';
import { rejectionOf } from '../domain/control.ts';
import type { DesiredState } from '../domain/desired.ts';
import { defineRelease, type Release } from '../domain/release.ts';
import { readCurrent, switchCurrent } from '../release/published.ts';
import { lockVolume, type VolumeLock } from '../volume/lock.ts';
import { openVolume } from '../volume/open-volume.ts';
import { Undeletable } from '../volume/undeletable.ts';
import type { ArtifactChange, ArtifactContent, ArtifactProgress } from './artifact-progress.ts';
import { ReleasePreparer, type Downloads, type Needed } from './release-preparer.ts';

interface ApplyOptions {
  readonly settings: {
    /** Root of the volume. */
    readonly root: string;
    readonly downloads: Downloads;
  };
  readonly desired: DesiredState;
  readonly signal: AbortSignal;
  /** Called for every artifact, at each change. */
  readonly onArtifact: (name: string, progress: ArtifactProgress) => void;
}

/** What came of an `applyOnce`. */
export type Applied =
  | {
      readonly ok: true;
      readonly release: string;
      /** The release that was current before; the same one where nothing was to be done. */
      readonly before: string | undefined;
    }
  | { readonly ok: false; readonly release: string; readonly error: ShownError };

/**
 * One pass without IoT Edge and without DeepStream: downloads, publishes, makes `current` name the release, and installs
 * the supervisor. Whether the release is healthy stays open: an artifacts module that starts on the volume goes on there.
 * Windows don't count, and what fails is not tried again. Rejects only with the signal's reason; what a cut
 * leaves, the next run goes on with. Where a module or another run has the volume, it fails with `VOLUME_LOCKED`.
 */
export async function applyOnce(options: ApplyOptions): Promise<Applied> {
  const { settings, desired, signal } = options;
  const release = defineRelease(desired, sha256);
  let lock: VolumeLock | undefined;
  try {
    lock = await lockVolume(settings.root, 'companion apply');
    return await apply(release, options);
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, release: release.id, error: shownError(asArtifactError(error)) };
  } finally {
    await lock?.release();
  }
}

async function apply(release: Release, options: ApplyOptions): Promise<Applied> {
  const { settings, desired, signal } = options;
  const undeletable = new Undeletable(settings.root);
  const layout = await openVolume(settings.root, undeletable);
  await installSupervisor(layout, join(import.meta.dirname, '../supervisor.sh'));
  const store = new ControlStore(layout);
  const found = await store.load();
  const before = await readCurrent(layout);
  // What is current without a state may be running: it is what there is to go back to, once it is proven.
  if (!found) store.adopt({ type: 'started', current: before });
  const rejection = rejectionOf(store.control, release.id);
  if (rejection !== undefined) {
    const { code, message } = rejection;
    return { ok: false, release: release.id, error: { code, message: `was rejected before: ${message}`, facts: {} } };
  }
  const needed = (): Needed => ({
    control: store.control,
    wantedRelease: release.id,
    wantedDigests: desired.artifacts.map((one) => one.sha256),
    keepReleases: desired.policy.keepReleases,
  });
  const preparer = new ReleasePreparer({
    layout,
    undeletable,
    downloads: settings.downloads,
    clock: systemClock,
    log: createLog({ module: 'apply', level: 'silent' }),
  });
  await preparer.prepare({
    desired,
    release,
    signal,
    needed,
    onDamage: () => undefined,
    onArtifact: progressOf(options),
  });
  signal.throwIfAborted();
  // Saved before the switch, as the module does it: it must know whom it watches, and where to go back to.
  await store.activate(release.id, desired.activate);
  if (before !== release.id) await switchCurrent(layout, release.id);
  await preparer.collect(needed());
  return { ok: true, release: release.id, before };
}

/** Passes changes of content on for every artifact that has it. */
function progressOf({ desired, onArtifact }: ApplyOptions): (content: ArtifactContent, change: ArtifactChange) => void {
  return ({ sha256, unpack }, change) => {
    for (const { name, kind, ...own } of desired.artifacts) {
      if (own.sha256 === sha256 && own.unpack === unpack) onArtifact(name, { kind, sha256, ...change });
    }
  };
}
