import type { Log } from '@companion/edge';
import type { Clock } from '../core/clock.ts';
import { asArtifactError, reportedError, type ReportedError } from '../core/failure.ts';
import { volumeLayout, type VolumeLayout } from './layout.ts';
import { lockVolume, type VolumeLock } from './lock.ts';
import { findUnwritable } from './unwritable.ts';
import { prepareVolume } from './open-volume.ts';

/**
 * Whether this module may work on the volume.
 *
 *   closed ──locked for us, opened──▶ ready ◀──▶ unwritable
 *     │  ▲
 *     ▼  │ tried again
 *   locked (by another writer), unwritable
 *
 * Invariant: nothing is written to the volume before its first `ready`; the lock stays until `release`.
 */
export type VolumeState =
  | { readonly state: 'closed' }
  | {
      readonly state: 'ready';
      /** What other users' files keep from being removed, relative to the root. */
      readonly undeletable: readonly string[];
    }
  | { readonly state: 'locked' | 'unwritable'; readonly error: ReportedError };

/** Gets hold of the volume, however long that takes, and then looks after it. */
export interface VolumeKeeper {
  readonly layout: VolumeLayout;
  readonly state: VolumeState;
  /** Resolves after the first try, whatever came of it. */
  start(): Promise<void>;
  /** Ends the looking and trying; the volume stays ours. */
  halt(): Promise<void>;
  /** Lets go of the volume: nothing of this process may write to it any more. */
  release(): Promise<void>;
}

interface VolumeKeeperOptions {
  readonly root: string;
  /** Who asks, for the one who finds the volume locked. */
  readonly role: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Called once, as soon as the volume is ours; a rejection counts as a try that failed. */
  readonly onOpen: (layout: VolumeLayout) => Promise<void>;
  /** What could not be written meanwhile can be written again. */
  readonly onWritable: () => void;
  readonly onState: (state: VolumeState) => void;
}

/** So long, and the volume of a holder that has ended is taken over, or a mended one is noticed. */
const lookEveryMs = 1_000;

/** Creates a keeper; see `VolumeState` for its states. */
export function createVolumeKeeper(options: VolumeKeeperOptions): VolumeKeeper {
  const { root, role, clock, log, onOpen, onWritable, onState } = options;
  const layout = volumeLayout(root);
  const ending = new AbortController();
  const told = new Set<string>();
  let state: VolumeState = { state: 'closed' };
  let lock: VolumeLock | undefined;
  let opened = false;
  let looking: Promise<void> = Promise.resolve();

  const become = (next: VolumeState): void => {
    if (JSON.stringify(next) === JSON.stringify(state)) return;
    const { state: before } = state;
    state = next;
    if ('error' in next) {
      const { code, message, facts } = next.error;
      log.error({ code, facts }, message);
    } else if (next.state !== before) log.info({ root }, 'volume ready');
    onState(state);
  };
  const fail = (error: unknown): void => {
    const failure = asArtifactError(error);
    become({ state: failure.code === 'VOLUME_LOCKED' ? 'locked' : 'unwritable', error: reportedError(failure) });
  };
  const ready = (): void => {
    const undeletable = [...layout.undeletable].sort();
    for (const path of undeletable.filter((one) => !told.has(one))) {
      told.add(path);
      log.warn({ path }, "another user's files in it can't be removed; it stays until somebody removes it by hand");
    }
    become({ state: 'ready', undeletable });
  };

  const open = async (): Promise<void> => {
    try {
      if (lock === undefined) {
        lock = await lockVolume(root, role);
        if (!lock.guarded) log.warn({ root }, 'this file system has no sockets: nobody else is kept from writing here');
      }
      await prepareVolume(layout);
      await onOpen(layout);
      opened = true;
      ready();
    } catch (error) {
      fail(error);
    }
  };
  const look = async (): Promise<void> => {
    if (!opened) return open();
    const failure = await findUnwritable(layout);
    if (failure !== undefined) {
      fail(failure);
      return;
    }
    const mended = state.state === 'unwritable';
    if (mended) layout.undeletable.clear();
    ready();
    if (mended) onWritable();
  };
  const watch = async (): Promise<void> => {
    for (;;) {
      await clock.delay(lookEveryMs, ending.signal);
      await look();
    }
  };

  return {
    layout,
    get state() {
      return state;
    },
    async start() {
      await open();
      looking = watch().catch((error: unknown) => {
        if (!ending.signal.aborted) throw error;
      });
    },
    async halt() {
      ending.abort();
      await looking;
    },
    async release() {
      await lock?.release();
      lock = undefined;
    },
  };
}
