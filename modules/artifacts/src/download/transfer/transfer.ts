import type { Clock } from '@companion/foundation';
import { checkSpace } from '../../volume/space.ts';
import { artifactTooLarge, sizeMismatch, type Where } from './download-failure.ts';
import type { FetchPolicy } from './fetch-policy.ts';
import type { Landing } from './landing.ts';

/** What is to be fetched, as the twin names it. */
export interface WantedArtifact {
  readonly name: string;
  readonly url: string;
  /** Of the file as downloaded, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly sizeBytes: number | undefined;
  /** Name of the credential that the server wants. */
  readonly credential?: string | undefined;
  /** Whether an archive is unpacked; it is where this is missing. */
  readonly unpack?: 'auto' | 'none' | undefined;
}

/** What a download is at; `downloading` unpacks on the way where the archive allows it. */
export interface FetchProgress {
  readonly state: 'downloading' | 'verifying' | 'unpacking';
  readonly receivedBytes: number;
  readonly totalBytes: number | undefined;
}

interface TransferOptions {
  readonly where: Where;
  readonly artifact: WantedArtifact;
  readonly landing: Landing;
  /** Root of the volume, for its free space. */
  readonly root: string;
  readonly policy: Pick<FetchPolicy, 'maxArtifactBytes' | 'freeBytesFloor'>;
  readonly makeRoom: ((needBytes: number) => Promise<void>) | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FetchProgress) => void;
}

/** More often nobody looks; a change of the state is always reported. */
const progressEveryMs = 100;

/** The bytes of one artifact on their way to its landing: whatever source they come from, the same sizes, room and progress are seen to. */
export class Transfer {
  readonly where: Where;
  readonly artifact: WantedArtifact;
  readonly landing: Landing;
  readonly signal: AbortSignal;
  readonly #options: TransferOptions;
  /** As the source says. */
  #totalBytes: number | undefined;
  #reportedAtMs = -Infinity;

  constructor(options: TransferOptions) {
    this.where = options.where;
    this.artifact = options.artifact;
    this.landing = options.landing;
    this.signal = options.signal;
    this.#options = options;
  }

  /**
   * The source has said how large the file is, or that it does not say. Rejects with `SIZE_MISMATCH`,
   * `ARTIFACT_TOO_LARGE`, or `DISK_FULL` where there is no room even after `makeRoom`.
   */
  async announce(totalBytes: number | undefined): Promise<void> {
    const { sizeBytes } = this.artifact;
    const { maxArtifactBytes } = this.#options.policy;
    this.#totalBytes = totalBytes;
    if (totalBytes === undefined) return;
    if (sizeBytes !== undefined && totalBytes !== sizeBytes) throw sizeMismatch(this.where, sizeBytes, totalBytes);
    if (totalBytes > maxArtifactBytes) throw artifactTooLarge(this.where, maxArtifactBytes, totalBytes);
    await this.#ensureRoom(totalBytes);
  }

  /** Takes the next bytes. Rejects where they are more than announced sizes or the policy allow, and with the volume's errors. */
  async take(chunk: Buffer): Promise<void> {
    this.#checkSize(this.landing.receivedBytes + chunk.length);
    const { kind } = this.landing;
    await this.landing.write(chunk);
    // What it unpacks to needs room too, which the first bytes tell.
    if (this.landing.kind !== kind && this.#totalBytes !== undefined) await this.#ensureRoom(this.#totalBytes);
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#reportedAtMs >= progressEveryMs) {
      this.#reportedAtMs = nowMs;
      this.report('downloading', this.#totalBytes);
    }
    this.signal.throwIfAborted();
  }

  report(state: FetchProgress['state'], totalBytes: number | undefined): void {
    this.#options.onProgress({ state, receivedBytes: this.landing.receivedBytes, totalBytes });
  }

  #checkSize(afterBytes: number): void {
    const { sizeBytes } = this.artifact;
    const { maxArtifactBytes } = this.#options.policy;
    if (sizeBytes !== undefined && afterBytes > sizeBytes) throw sizeMismatch(this.where, sizeBytes, afterBytes);
    if (afterBytes > maxArtifactBytes) throw artifactTooLarge(this.where, maxArtifactBytes, afterBytes);
  }

  async #ensureRoom(totalBytes: number): Promise<void> {
    const { root, policy, makeRoom } = this.#options;
    const { kind, writer, receivedBytes } = this.landing;
    const archive = kind !== undefined && kind !== 'file';
    const unpackedBytes = archive ? Math.max(0, totalBytes - writer.unpackedBytes) : 0;
    const space = {
      path: root,
      needBytes: totalBytes - receivedBytes + unpackedBytes,
      floorBytes: policy.freeBytesFloor,
    };
    try {
      await checkSpace(space);
    } catch (error) {
      if (makeRoom === undefined) throw error;
      await makeRoom(space.needBytes);
      await checkSpace(space);
    }
  }
}
