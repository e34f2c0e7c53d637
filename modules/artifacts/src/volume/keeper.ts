import type { Log } from '@companion/edge';
import { delay, type Clock } from '@companion/foundation';
import { asArtifactError } from '../core/artifact-error.ts';
import { shownError, type ShownError } from '../core/shown-error.ts';
import { volumeLayout, type VolumeLayout } from './layout.ts';
import { lockVolume, type VolumeLock } from './lock.ts';
import { openVolume } from './open-volume.ts';
import type { Undeletable } from './undeletable.ts';
import { findUnwritable } from './unwritable.ts';

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
  | { readonly state: 'locked' | 'unwritable'; readonly error: ShownError };

interface VolumeKeeperOptions {
  readonly root: string;
  /** Who asks, for the one who finds the volume locked. */
  readonly role: string;
  readonly undeletable: Undeletable;
  readonly clock: Clock;
  readonly log: Log;
  /** What else is part of opening the volume, once it is ours; a rejection counts as a try that failed. */
  readonly prepare: () => Promise<void>;
  readonly onState: (state: VolumeState) => void;
}

/** So long, and the volume of a holder that has ended is taken over, or a mended one is noticed. */
const lookEveryMs = 1_000;

/** Gets hold of the volume, however long that takes, and then looks after it; see `VolumeState` for its states. */
export class VolumeKeeper {
  readonly layout: VolumeLayout;
  readonly #options: VolumeKeeperOptions;
  /** Aborts the looking and trying. */
  readonly #ending = new AbortController();
  /** Undeletable paths that the log has named. */
  readonly #logged = new Set<string>();
  #state: VolumeState = { state: 'closed' };
  #lock: VolumeLock | undefined;
  /** Whether `prepare` has succeeded; from then on the volume is only looked after. */
  #opened = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: VolumeKeeperOptions) {
    this.#options = options;
    this.layout = volumeLayout(options.root);
  }

  get state(): VolumeState {
    return this.#state;
  }

  /** Resolves after the first try, whatever came of it. */
  async start(): Promise<void> {
    await this.#open();
    this.#looking = this.#watch().catch((error: unknown) => {
      if (!this.#ending.signal.aborted) throw error;
    });
  }

  /** Ends the looking and trying; the volume stays ours. */
  async halt(): Promise<void> {
    this.#ending.abort();
    await this.#looking;
  }

  /** Lets go of the volume: nothing of this process may write to it any more. */
  async release(): Promise<void> {
    await this.#lock?.release();
    this.#lock = undefined;
  }

  async #watch(): Promise<void> {
    for (;;) {
      await delay(this.#options.clock, lookEveryMs, this.#ending.signal);
      await (this.#opened ? this.#look() : this.#open());
    }
  }

  async #open(): Promise<void> {
    const { root, role, undeletable, log, prepare } = this.#options;
    try {
      if (this.#lock === undefined) {
        this.#lock = await lockVolume(root, role);
        if (!this.#lock.guarded)
          log.warn({ root }, 'this file system has no sockets: nobody else is kept from writing here');
      }
      await openVolume(root, undeletable);
      await prepare();
      this.#opened = true;
      this.#ready();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #look(): Promise<void> {
    const failure = await findUnwritable(this.layout);
    if (failure !== undefined) {
      this.#fail(failure);
      return;
    }
    if (this.#state.state === 'unwritable') this.#options.undeletable.clear();
    this.#ready();
  }

  #ready(): void {
    const undeletable = this.#options.undeletable.paths;
    for (const path of undeletable.filter((one) => !this.#logged.has(one))) {
      this.#logged.add(path);
      const message = "another user's files in it can't be removed; it stays until somebody removes it by hand";
      this.#options.log.warn({ path }, message);
    }
    this.#become({ state: 'ready', undeletable });
  }

  #fail(error: unknown): void {
    const failure = asArtifactError(error);
    this.#become({ state: failure.code === 'VOLUME_LOCKED' ? 'locked' : 'unwritable', error: shownError(failure) });
  }

  #become(next: VolumeState): void {
    if (JSON.stringify(next) === JSON.stringify(this.#state)) return;
    const { log, root, onState } = this.#options;
    const { state: before } = this.#state;
    this.#state = next;
    if ('error' in next) {
      const { code, message, facts } = next.error;
      log.error({ code, facts }, message);
    } else if (next.state !== before) log.info({ root }, 'volume ready');
    onState(next);
  }
}
