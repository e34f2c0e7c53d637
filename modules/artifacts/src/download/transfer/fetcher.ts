import type { Clock } from '@companion/foundation';
import type { Credentials } from '../../credentials/credentials.ts';
import type { Bandwidth } from './bandwidth.ts';
import type { FetchPolicy } from './fetch-policy.ts';
import type { Transfer } from './transfer.ts';

/** What a fetcher has to work with. */
export interface FetchMeans {
  readonly policy: FetchPolicy;
  readonly credentials: Credentials;
  /** Shared by all downloads that run at once. */
  readonly bandwidth: Bandwidth;
  readonly clock: Clock;
}

/** Brings files of one kind of source. */
export interface Fetcher {
  /**
   * Brings the whole file: `transfer.announce` as soon as its size is known, then `transfer.take`. Goes on from what the
   * landing has where the source allows it. Rejects with an `ArtifactError` or the signal's reason.
   */
  fetch(transfer: Transfer): Promise<void>;
}

/** A class of fetchers. */
export type FetcherClass = new (means: FetchMeans) => Fetcher;
