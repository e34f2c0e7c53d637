import type { ActivateSpec } from '../../domain/desired.ts';
import type { Sighting } from '../../domain/health.ts';
import type { Release } from '../../domain/release.ts';
import type { Life } from '../../domain/supervised-time.ts';
import type { VolumeLayout } from '../../volume/layout.ts';

/** A look at DeepStream: what its health is judged by, and what an operator may have to look at. */
export interface Look {
  readonly sighting: Omit<Sighting, 'messages'>;
  /** Whether whoever starts DeepStream lives. */
  readonly life: Life;
  /** Why DeepStream does not run, as far as can be seen. */
  readonly hint: string | undefined;
  /** What an operator should do even while it runs. */
  readonly advice?: string | undefined;
}

/** Stands for "whatever is current" in a sighting of a daemon that knows no releases. */
export const anyRelease = '*';

/**
 * One way to make DeepStream take a release. The order is `prepare`, the switch of `current`, `notify`; a power cut may
 * come between any two, then all are done again, so each may be done twice. Rejections are `ArtifactError`s or the
 * volume's errors; all are tried again.
 */
export interface Activator {
  /** Whether DeepStream's health can be seen this way; where not, a release counts as healthy after `notify`. */
  readonly watches: boolean;
  /** Before the switch: what must be in place by then. */
  prepare(to: Release): Promise<void>;
  /** After the switch: makes DeepStream take it. */
  notify(to: Release, signal: AbortSignal): Promise<void>;
  /** Starts DeepStream again on the release that it runs, whatever it is. */
  restart(signal: AbortSignal): Promise<void>;
  look(signal: AbortSignal): Promise<Look>;
  /** What DeepStream wrote last on a release that says why it is not healthy; missing where that can't be seen this way. */
  trouble?(release: string): Promise<readonly string[]>;
}

/** A class of activators. */
export type ActivatorClass = new (layout: VolumeLayout, spec: ActivateSpec) => Activator;
