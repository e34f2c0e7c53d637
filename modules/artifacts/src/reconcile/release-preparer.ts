import type { Log } from '@companion/edge';
import type { Clock } from '@companion/foundation';
import { asArtifactError } from '../core/artifact-error.ts';
import { failPoint } from '../core/fail-point.ts';
import { shownError } from '../core/shown-error.ts';
import type { Credentials } from '../credentials/credentials.ts';
import type { Control } from '../domain/control.ts';
import type { DesiredState } from '../domain/desired.ts';
import type { Release } from '../domain/release.ts';
import { planPreparation, type Fetch } from '../domain/steps.ts';
import { Downloader } from '../download/downloader.ts';
import { Bandwidth } from '../download/transfer/bandwidth.ts';
import type { FetchPolicy } from '../download/transfer/fetch-policy.ts';
import { collectUnused } from '../release/collect-unused.ts';
import { listPublished } from '../release/published.ts';
import { publishRelease } from '../release/publish.ts';
import { findReleaseDamage, usesAny } from '../release/release-damage.ts';
import { adoptEntries } from '../store/adopt.ts';
import { checkTree, type Damage } from '../store/damage.ts';
import { findEntry, isOneFile, listEntries, type Entry, type WantedContent } from '../store/entries.ts';
import { writeManifest } from '../store/manifest.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import type { Undeletable } from '../volume/undeletable.ts';
import type { ArtifactChange, ArtifactContent } from './artifact-progress.ts';

/** How this device reaches servers; a twin has no say in it, except for what its policy names. */
export interface Downloads {
  readonly policy: FetchPolicy;
  readonly credentials: Credentials;
}

interface ReleasePreparerOptions {
  readonly layout: VolumeLayout;
  readonly undeletable: Undeletable;
  readonly downloads: Downloads;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is to be kept on the volume at this moment. */
export interface Needed {
  readonly control: Control;
  readonly wantedRelease: string | undefined;
  readonly wantedDigests: readonly string[];
  readonly keepReleases: number;
}

/** One release to be made ready. */
interface Order {
  readonly desired: DesiredState;
  readonly release: Release;
  readonly signal: AbortSignal;
  /** Asked when room is to be made. */
  readonly needed: () => Needed;
  /** Called with what of the published release is damaged, and with nothing once it is mended. */
  readonly onDamage: (damage: readonly Damage[]) => void;
  /** Called for all content at each change. */
  readonly onArtifact: (content: ArtifactContent, change: ArtifactChange) => void;
}

/** What came of a preparation. */
export interface Prepared {
  /** Whether DeepStream's config uses what was mended: it has the damaged files open. */
  readonly mendedInUse: boolean;
}

/** Makes releases ready on a volume and removes what no release needs: the same for the module and for `companion apply`. */
export class ReleasePreparer {
  readonly #options: ReleasePreparerOptions;
  readonly #downloader: Downloader;
  /** Collections, one after the other. */
  #collecting: Promise<unknown> = Promise.resolve();

  constructor(options: ReleasePreparerOptions) {
    const { layout, downloads, clock, log } = options;
    this.#options = options;
    this.#downloader = new Downloader({ layout, credentials: downloads.credentials, clock, log });
  }

  /**
   * Observes the volume and does what is missing until the release is published; nothing that runs is touched. Rejects
   * with the first failure, after the downloads beside it have ended; the next call goes on from there.
   */
  async prepare(order: Order): Promise<Prepared> {
    const { layout, log } = this.#options;
    const { desired, release, signal, onArtifact } = order;
    // What is needed now is known by now: a collection under way is the last that does not know it.
    await this.#collecting;
    await adoptEntries(layout, log);
    const entries = await this.#checkEntries(desired);
    const published = await listPublished(layout);
    const has = (content: WantedContent): boolean => findEntry(entries, content) !== undefined;
    const { fetches, publish } = planPreparation({ has, published }, desired, release);
    const missing = (one: ArtifactContent): boolean =>
      fetches.some(({ artifact }) => artifact.sha256 === one.sha256 && artifact.unpack === one.unpack);
    for (const [index, { sha256, unpack }] of desired.artifacts.entries()) {
      const content = { sha256, unpack };
      if (missing(content)) continue;
      const entry = findEntry(entries, { ...content, fileName: release.artifacts[index]?.fileName ?? '' });
      onArtifact(content, { state: 'ready', unpacked: !isOneFile(entry?.manifest) });
    }
    const damage = publish ? [] : await findReleaseDamage(layout, release, entries);
    if (damage.length > 0) {
      log.warn({ release: release.id, damage }, 'the release is damaged, and is mended');
      order.onDamage(damage);
    }
    await this.#fetchAll(fetches, order);
    signal.throwIfAborted();
    if (publish || damage.length > 0) {
      await publishRelease(layout, release);
      log.info({ release: release.id }, publish ? 'release published' : 'release mended');
    }
    order.onDamage([]);
    return {
      mendedInUse: usesAny(
        layout,
        release,
        damage.map(({ path }) => path),
      ),
    };
  }

  /** The store, where entries that the twin needs were looked at; what is damaged is marked and counts no more. */
  async #checkEntries(desired: DesiredState): Promise<readonly Entry[]> {
    const { layout, log } = this.#options;
    const wanted = new Set(desired.artifacts.map(({ sha256 }) => sha256));
    for (const { name, sha256, path, manifest } of await listEntries(layout)) {
      if (!wanted.has(sha256) || manifest === undefined || manifest.damaged) continue;
      const checked = await checkTree({ name, directory: path, manifest, deep: false });
      const damaged = checked.damage.length > 0;
      if (damaged) log.warn({ entry: name, damage: checked.damage }, 'content in the store is damaged');
      if (damaged || checked.manifest !== manifest) await writeManifest(layout, name, { ...checked.manifest, damaged });
      failPoint('entry-checked');
    }
    return listEntries(layout);
  }

  /** Removes what is not needed; resolves with the bytes freed. */
  collect(needed: Needed): Promise<number> {
    const { layout, undeletable, clock, log } = this.#options;
    const result = this.#collecting.then(() =>
      collectUnused({ ...needed, layout, undeletable, nowMs: clock.now(), log }),
    );
    this.#collecting = result.catch(() => undefined);
    return result;
  }

  /** Resolves when no collection is under way. */
  async settle(): Promise<void> {
    await this.#collecting;
  }

  /** So many at a time as the policy says. One that fails for good lets those under way end, and begins no other; what a pause may cure holds up nobody. */
  async #fetchAll(fetches: readonly Fetch[], order: Order): Promise<void> {
    const { parallel, maxBytesPerSec } = order.desired.policy;
    const waiting = [...fetches];
    const failures: unknown[] = [];
    const bandwidth = new Bandwidth(this.#options.clock, maxBytesPerSec);
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined && !failures.some(isFinal); next = waiting.shift()) {
        await this.#fetchOne(next, bandwidth, order).catch((error: unknown) => failures.push(error));
      }
    };
    await Promise.all(Array.from({ length: parallel }, work));
    if (failures.length === 0) return;
    order.signal.throwIfAborted();
    // What no pause cures decides: trying the others again would bring the release no nearer.
    throw failures.find(isFinal) ?? failures[0];
  }

  async #fetchOne({ artifact, fileName }: Fetch, bandwidth: Bandwidth, order: Order): Promise<void> {
    const { downloads, log } = this.#options;
    const { desired, signal, needed, onArtifact } = order;
    const { maxArtifactBytes, freeBytesFloor, privateRedirects } = desired.policy;
    let received = {};
    try {
      const { unpacked } = await this.#downloader.fetch({
        artifact,
        fileName,
        policy: { ...downloads.policy, maxArtifactBytes, freeBytesFloor, privateRedirects },
        bandwidth,
        makeRoom: async () => {
          await this.collect(needed());
        },
        signal,
        onProgress: ({ state, receivedBytes, totalBytes }) => {
          received = totalBytes === undefined ? { receivedBytes } : { receivedBytes, totalBytes };
          onArtifact(artifact, { state, ...received });
        },
      });
      failPoint('artifact-stored');
      onArtifact(artifact, { state: 'ready', unpacked });
    } catch (error) {
      signal.throwIfAborted();
      const failure = asArtifactError(error);
      log.warn({ artifact: artifact.name, code: failure.code, facts: failure.facts }, failure.message);
      onArtifact(artifact, { state: 'failed', ...received, error: shownError(failure) });
      throw error;
    }
  }
}

function isFinal(failure: unknown): boolean {
  return !asArtifactError(failure).retryable;
}
