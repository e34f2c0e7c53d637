import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createLog } from '@companion/edge';
import type { ArtifactProgress } from './artifact-progress.ts';
import { systemClock } from '../core/clock.ts';
import { readSavedState, saveState } from '../activation/control-store.ts';
import { asArtifactError, reportedError, type ReportedError } from '../core/failure.ts';
import { prepareRelease } from './prepare-release.ts';
import { initialControl, rejectionOf, stepControl } from '../domain/control.ts';
import type { DesiredState } from '../domain/desired.ts';
import { defineRelease } from '../domain/release.ts';
import { collectUnused } from '../release/collect-unused.ts';
import type { Settings } from '../settings.ts';
import { installSupervisor } from '../activation/activators/supervisor-script.ts';
import { switchLinkDurably } from '../volume/durable.ts';
import { lockVolume, type VolumeLock } from '../volume/lock.ts';
import { openVolume, readCurrent } from '../volume/open-volume.ts';

interface ApplyOptions {
  readonly settings: Settings;
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
  | { readonly ok: false; readonly release: string; readonly error: ReportedError };

/**
 * One pass without IoT Edge and without DeepStream: downloads, publishes, makes `current` name the release, and installs
 * the supervisor. Whether the release is healthy stays open: an artifacts module that starts on the volume goes on there.
 * Windows don't count, and what stands in the way is not tried again. Rejects only with the signal's reason; what a cut
 * leaves, the next run goes on with. Where a module or another run has the volume, it fails with `VOLUME_LOCKED`.
 */
export async function applyOnce({ settings, desired, signal, onArtifact }: ApplyOptions): Promise<Applied> {
  const release = defineRelease(desired, (text) => createHash('sha256').update(text).digest('hex'));
  const log = createLog({ module: 'apply', level: 'silent' });
  let lock: VolumeLock | undefined;
  try {
    lock = await lockVolume(settings.root, 'companion apply');
    const layout = await openVolume(settings.root);
    await installSupervisor(layout, join(import.meta.dirname, '../supervisor.sh'));
    const saved = await readSavedState(layout);
    const before = await readCurrent(layout);
    // What is current without a state may be running: it is what there is to go back to, once it is proven.
    const control = saved?.control ?? stepControl(initialControl, { type: 'started', current: before });
    const rejection = rejectionOf(control, release.id);
    if (rejection !== undefined) {
      const { code, message } = rejection;
      return { ok: false, release: release.id, error: { code, message: `was rejected before: ${message}`, facts: {} } };
    }
    const collect = (): Promise<number> =>
      collectUnused({
        layout,
        control,
        wantedRelease: release.id,
        wantedDigests: desired.artifacts.map(({ sha256 }) => sha256),
        keepReleases: desired.policy.keepReleases,
        nowMs: Date.now(),
        log,
      });
    await prepareRelease({
      layout,
      desired,
      release,
      clock: systemClock,
      downloads: settings.downloads,
      makeRoom: async () => {
        await collect();
      },
      signal,
      log,
      onArtifact: (sha256, change) => {
        for (const one of desired.artifacts) {
          if (one.sha256 === sha256) onArtifact(one.name, { kind: one.kind, sha256, ...change });
        }
      },
    });
    signal.throwIfAborted();
    const wanted = stepControl(control, { type: 'activate', release: release.id });
    // Saved before the switch, as the module does it: it must know whom it watches, and where to go back to.
    const specChanged = JSON.stringify(saved?.spec) !== JSON.stringify(desired.activate);
    if (wanted !== control || specChanged) {
      await saveState(layout, { control: wanted, spec: desired.activate });
    }
    if (before !== release.id) await switchLinkDurably(layout.current, `releases/${release.id}`);
    await collect();
    return { ok: true, release: release.id, before };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, release: release.id, error: reportedError(asArtifactError(error)) };
  } finally {
    await lock?.release();
  }
}
