import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import type { ArchiveLimits } from '../../archive/archive-failure.ts';
import type { ContentKind } from '../../archive/content-kind.ts';
import { ContentUnpacker } from '../../archive/content-unpacker.ts';
import { TreeWriter } from '../../archive/tree-writer.ts';
import { failPoint } from '../../core/fail-point.ts';
import type { FileSystemFlusher } from '../../volume/file-system-flusher.ts';
import type { PartialDownload, PartialOrigin } from './partial-download.ts';

interface LandingOptions {
  readonly partial: PartialDownload;
  /** A directory that is to be made, on the store's volume. */
  readonly staging: string;
  /** The artifact's, for errors. */
  readonly name: string;
  /** The download's, as its URL has it. */
  readonly fileName: string;
  /** Whether archives are unpacked, or stay one file. */
  readonly unpack: 'auto' | 'none';
  readonly limits: ArchiveLimits;
  readonly flusher: FileSystemFlusher;
}

const replayChunkBytes = 512 * 1024;

/**
 * Where a download's bytes arrive: in the partial file, in the digest and in the unpacker, all at once. Nothing of it is
 * published: the tree is in staging until the digest is right.
 */
export class Landing {
  readonly #options: LandingOptions;
  #hash: Hash;
  #receivedBytes = 0;
  #writer: TreeWriter;
  #unpacker: ContentUnpacker;

  private constructor(options: LandingOptions) {
    this.#options = options;
    this.#hash = createHash('sha256');
    this.#writer = this.#newWriter();
    this.#unpacker = this.#newUnpacker();
  }

  static async open(options: LandingOptions): Promise<Landing> {
    await makeStaging(options.staging);
    return new Landing(options);
  }

  /** In the digest, and so in the other two. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** What the first bytes say that it is. */
  get kind(): ContentKind | undefined {
    return this.#unpacker.kind;
  }

  get origin(): PartialOrigin | undefined {
    return this.#options.partial.origin;
  }

  get writer(): TreeWriter {
    return this.#writer;
  }

  /** Takes in the bytes that an earlier run left in the partial file. */
  async replay(signal: AbortSignal): Promise<void> {
    const { path, sizeBytes } = this.#options.partial;
    if (sizeBytes === 0) return;
    const bytes = createReadStream(path, { highWaterMark: replayChunkBytes, end: sizeBytes - 1 });
    const chunks = bytes[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    try {
      for (;;) {
        // What can't be read now can't be read the next time: the download would fail for ever.
        const next = await this.#options.partial.believe(() => chunks.next());
        if (next.done === true) break;
        signal.throwIfAborted();
        await this.#take(next.value);
      }
    } finally {
      bytes.destroy();
    }
  }

  async write(chunk: Buffer): Promise<void> {
    await this.#take(chunk, this.#options.partial);
  }

  describe(origin: PartialOrigin | undefined): Promise<void> {
    return this.#options.partial.describe(origin);
  }

  /** Forgets every byte. */
  async startOver(): Promise<void> {
    await this.#options.partial.empty();
    if (this.#receivedBytes === 0) return;
    await this.discard();
    await makeStaging(this.#options.staging);
    this.#hash = createHash('sha256');
    this.#receivedBytes = 0;
    this.#writer = this.#newWriter();
    this.#unpacker = this.#newUnpacker();
  }

  /** SHA-256 of all bytes, in hexadecimal; nothing can be written after. */
  digest(): string {
    return this.#hash.digest('hex');
  }

  /** Waits for the unpacker; rejects with what is wrong with the archive. */
  unpacked(): Promise<ContentKind> {
    return this.#unpacker.end();
  }

  /** Stops the unpacker and deletes what it wrote. */
  async discard(): Promise<void> {
    await this.#unpacker.destroy();
    await this.#writer.abandon();
    await rm(this.#options.staging, { recursive: true, force: true });
  }

  async #take(chunk: Buffer, keep?: PartialDownload): Promise<void> {
    // Both are at work in the thread pool while this thread computes the digest.
    const done = Promise.all([this.#unpacker.write(chunk), keep?.append(chunk)]);
    this.#hash.update(chunk);
    this.#receivedBytes += chunk.length;
    await done;
  }

  #newWriter(): TreeWriter {
    const { staging, name, limits, flusher } = this.#options;
    return new TreeWriter({ directory: staging, name, limits, flusher });
  }

  #newUnpacker(): ContentUnpacker {
    return new ContentUnpacker(this.#writer, this.#options);
  }
}

async function makeStaging(path: string): Promise<void> {
  await mkdir(path);
  failPoint('staging-made');
}
