import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Log } from '@companion/edge';
import { redactUrl, type Clock } from '@companion/foundation';
import { isOneFile, type ContentKind } from '../archive/content-kind.ts';
import { ArtifactError, isDiskFull } from '../core/artifact-error.ts';
import { failPoint } from '../core/fail-point.ts';
import type { Credentials } from '../credentials/credentials.ts';
import { placeInStore, stageFile, type Staged, type StoredArtifact, type WrittenFile } from '../store/store.ts';
import type { FileSystemFlusher } from '../volume/file-system-flusher.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { partialFiles } from '../volume/partial-files.ts';
import { diskFullError } from '../volume/space.ts';
import { fetchByScheme } from './fetchers/registry.ts';
import type { Bandwidth } from './transfer/bandwidth.ts';
import type { Where } from './transfer/download-failure.ts';
import type { FetchPolicy } from './transfer/fetch-policy.ts';
import { Landing } from './transfer/landing.ts';
import { PartialDownload } from './transfer/partial-download.ts';
import { Transfer, type FetchProgress, type WantedArtifact } from './transfer/transfer.ts';

/** What every fetch into one volume shares. */
export interface FetchContext {
  readonly layout: VolumeLayout;
  readonly credentials: Credentials;
  readonly flusher: FileSystemFlusher;
  readonly clock: Clock;
  readonly log: Log;
}

/** One download that somebody asks for. */
export interface FetchOrder {
  readonly artifact: WantedArtifact;
  /** The name that content which is no archive gets. */
  readonly fileName: string;
  readonly policy: FetchPolicy;
  /** Shared by all downloads that run at once. */
  readonly bandwidth: Bandwidth;
  /** Called where the bytes don't fit, before that is an error: old releases go first. */
  readonly makeRoom?: ((needBytes: number) => Promise<void>) | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FetchProgress) => void;
}

/** After these the bytes that came so far are as good as before. */
const resumable: ReadonlySet<string> = new Set([
  'DOWNLOAD_FAILED',
  'DOWNLOAD_REFUSED',
  'DOWNLOAD_STALLED',
  'CREDENTIAL_MISSING',
  'DISK_FULL',
  'VOLUME_FAILED',
]);

/**
 * Brings one artifact into the store: downloads (going on where an earlier run was cut), verifies, unpacks, flushes and
 * gives it its name, in that order as far as anybody can see.
 */
export class ArtifactFetch {
  readonly #context: FetchContext;
  readonly #order: FetchOrder;
  readonly #where: Where;
  /** Where the tree is built. */
  readonly #staging: string;
  #partial: PartialDownload | undefined;
  #landing: Landing | undefined;

  constructor(context: FetchContext, order: FetchOrder) {
    this.#context = context;
    this.#order = order;
    this.#where = { name: order.artifact.name, url: redactUrl(order.artifact.url) };
    this.#staging = join(context.layout.staging, randomUUID());
  }

  /** Runs once. Rejects with an `ArtifactError`, or with the signal's reason when aborted. */
  async run(): Promise<StoredArtifact> {
    const { signal } = this.#order;
    let keep = false;
    try {
      return await this.#bring();
    } catch (error) {
      const failure = signal.aborted ? undefined : this.#asFailure(error);
      const { origin, lost = true } = this.#partial ?? {};
      keep = origin !== undefined && !lost && (failure === undefined || resumable.has(failure.code));
      throw failure ?? (signal.reason as Error);
    } finally {
      await this.#landing?.discard();
      failPoint('staging-discarded');
      await (keep ? this.#partial?.close() : this.#partial?.remove());
    }
  }

  async #bring(): Promise<StoredArtifact> {
    const { layout, clock, flusher, log } = this.#context;
    const { artifact, fileName, policy } = this.#order;
    const { name, sha256 } = artifact;
    const { url } = this.#where;
    const partial = (this.#partial = await PartialDownload.open(partialFiles(layout, sha256), clock));
    // Bytes from another server may be of another file: its validator says nothing about this one's.
    if (partial.origin !== undefined && partial.origin.url !== url) await partial.empty();
    const landing = (this.#landing = await Landing.open({
      partial,
      staging: this.#staging,
      name,
      fileName,
      unpack: artifact.unpack ?? 'auto',
      limits: policy,
      flusher,
    }));
    const resumedBytes = partial.sizeBytes;
    log.info({ artifact: name, url, ...(resumedBytes > 0 ? { resumedBytes } : {}) }, 'download started');
    await this.#receive(landing, resumedBytes);
    failPoint('digest-verified');
    const content = await this.#unpack(partial, landing);
    const { receivedBytes, writer } = landing;
    const stored = await placeInStore(layout, this.#staged(content, writer.files));
    const { fileCount: files, skippedCount: skipped } = writer;
    const unpacked = files === 0 ? {} : { files, ...(skipped > 0 ? { skippedFilesOfMacOs: skipped } : {}) };
    log.info({ artifact: name, sha256, receivedBytes, content, ...unpacked }, 'artifact verified and stored');
    return stored;
  }

  /** Brings and verifies the bytes. */
  async #receive(landing: Landing, resumedBytes: number): Promise<void> {
    const { layout, credentials, clock } = this.#context;
    const { artifact, policy, bandwidth, makeRoom, signal, onProgress } = this.#order;
    const where = this.#where;
    const options = { where, artifact, landing, root: layout.root, policy, makeRoom, clock, signal, onProgress };
    const receive = async (): Promise<ArtifactError | undefined> => {
      const transfer = new Transfer(options);
      transfer.report('downloading', landing.origin?.totalBytes ?? artifact.sizeBytes);
      await fetchByScheme(transfer, { policy, credentials, bandwidth, clock });
      transfer.report('verifying', landing.receivedBytes);
      return this.#mismatch(landing);
    };
    if (resumedBytes > 0) await landing.replay(signal);
    let mismatch = await receive();
    if (mismatch !== undefined && resumedBytes > 0) {
      // The earlier run's bytes may have been damaged or of another file: once more, from the beginning.
      await landing.startOver();
      mismatch = await receive();
    }
    if (mismatch !== undefined) throw mismatch;
  }

  /** Why the bytes are not those that the twin names. Not final: a server that is just replacing the file, or a proxy's error page, gives way to the right bytes later. */
  #mismatch(landing: Landing): ArtifactError | undefined {
    const { sizeBytes, sha256 } = this.#order.artifact;
    const { name, url } = this.#where;
    const { receivedBytes } = landing;
    const found = landing.digest();
    if (found === sha256) return undefined;
    if (sizeBytes !== undefined && sizeBytes !== receivedBytes) {
      return new ArtifactError('SIZE_MISMATCH', `${name}: the twin says ${sizeBytes} bytes, ${receivedBytes} came`, {
        retryable: true,
        facts: { expected: sizeBytes, found: receivedBytes },
      });
    }
    return new ArtifactError('DIGEST_MISMATCH', `${name}: the bytes at ${url} are not those the twin names`, {
      retryable: true,
      facts: { expected: sha256, found, receivedBytes },
    });
  }

  async #unpack(partial: PartialDownload, landing: Landing): Promise<ContentKind> {
    const { artifact, policy, signal, fileName, onProgress } = this.#order;
    const { receivedBytes, writer } = landing;
    onProgress({ state: 'unpacking', receivedBytes, totalBytes: receivedBytes });
    const kind = await landing.unpacked();
    signal.throwIfAborted();
    if (kind === 'zip') {
      // Loaded only here: most archives are tars.
      const { unpackZip } = await import('../archive/unpack-zip.ts');
      await unpackZip({ file: partial.path, writer, name: artifact.name, limits: policy, signal });
    }
    if (isOneFile(kind)) {
      await partial.flush();
      await stageFile(partial.path, this.#staging, fileName);
      failPoint('file-staged');
    }
    failPoint('content-unpacked');
    // A plain file is the partial one under another name.
    await (isOneFile(kind) ? partial.believe(() => writer.flush()) : writer.flush());
    failPoint('content-flushed');
    signal.throwIfAborted();
    return kind;
  }

  /** What the manifest says. The name of the only file in a gzip follows that of the download. */
  #staged(content: ContentKind, written: readonly WrittenFile[]): Staged {
    const { artifact, fileName } = this.#order;
    const { sha256 } = artifact;
    const staging = this.#staging;
    if (isOneFile(content)) {
      const kind = content === 'packed' ? 'packed' : 'file';
      return { staging, sha256, kind, fileName, files: [{ path: fileName, sha256 }] };
    }
    const kind = content === 'gzip' && written.length === 1 ? 'named' : 'tree';
    return { staging, sha256, kind, fileName, files: written };
  }

  #asFailure(error: unknown): ArtifactError {
    if (error instanceof ArtifactError) return error;
    const { name } = this.#where;
    if (isDiskFull(error)) {
      return diskFullError(this.#context.layout.root, name, error);
    }
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return new ArtifactError('VOLUME_FAILED', `${name}: the volume failed (${reason})`, {
      retryable: true,
      facts: { reason },
      cause: error,
    });
  }
}
