import type { Sighting } from '../../domain/health.ts';
import type { Release } from '../../domain/release.ts';

/** A look at DeepStream: what its health is judged by, and what an operator may have to look at. */
export interface Look {
  readonly sighting: Omit<Sighting, 'messages'>;
  readonly hint: string | undefined;
}

/**
 * One way to make DeepStream take a release. The order is `prepare`, the switch of `current`, `tell`; a power cut may
 * come between any two, then all are done again, so each may be done twice. Rejections are `ActivationError`s or the
 * volume's errors; all are tried again.
 */
export interface Activator {
  /** Whether DeepStream's health can be seen this way; where not, a release counts as healthy once it was told. */
  readonly watches: boolean;
  /** Before the switch: what must be in place by then. */
  prepare(to: Release): Promise<void>;
  /** After the switch: makes DeepStream take it. */
  tell(to: Release, signal: AbortSignal): Promise<void>;
  /** Starts DeepStream again on the release that it runs, whatever it is. */
  restart(signal: AbortSignal): Promise<void>;
  look(signal: AbortSignal): Promise<Look>;
}
