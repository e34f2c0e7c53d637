import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { failPoint } from '../../core/fail-point.ts';
import type { ArchiveLimits } from '../../archive/archive-failure.ts';
import type { ContentKind } from '../../archive/content-kind.ts';
import { createContentUnpacker, type ContentUnpacker } from '../../archive/content-unpacker.ts';
import { createTreeWriter, type TreeWriter } from '../../archive/tree-writer.ts';
import type { Partial, PartialOrigin } from './partial.ts';

/**
 * Where a download's bytes arrive: in the partial file, in the digest and in the unpacker, all at once. Nothing of it is
 * published: the tree stands in staging until the digest is right.
 */
export interface Landing {
  /** In the digest, and so in the other two. */
  readonly receivedBytes: number;
  /** What the first bytes say that it is. */
  readonly kind: ContentKind | undefined;
  readonly origin: PartialOrigin | undefined;
  readonly writer: TreeWriter;
  /** Takes in the bytes that an earlier run left in the partial file. */
  replay(signal: AbortSignal): Promise<void>;
  write(chunk: Buffer): Promise<void>;
  describe(origin: PartialOrigin | undefined): Promise<void>;
  /** Forgets every byte. */
  startOver(): Promise<void>;
  /** SHA-256 of all bytes, in hexadecimal; nothing can be written after. */
  digest(): string;
  /** Waits for the unpacker; rejects with what is wrong with the archive. */
  unpacked(): Promise<ContentKind>;
  /** Stops the unpacker and deletes what it wrote. */
  discard(): Promise<void>;
}

interface LandingOptions {
  readonly partial: Partial;
  /** A directory that is to be made, on the store's volume. */
  readonly staging: string;
  /** The artifact's, for errors. */
  readonly name: string;
  readonly limits: ArchiveLimits;
}

const replayChunkBytes = 512 * 1024;

/** Opens a place for bytes to arrive at. */
export async function openLanding({ partial, staging, name, limits }: LandingOptions): Promise<Landing> {
  let hash = createHash('sha256');
  let receivedBytes = 0;
  let writer: TreeWriter;
  let unpacker: ContentUnpacker;
  const begin = async (): Promise<void> => {
    await mkdir(staging);
    failPoint('staging-made');
    hash = createHash('sha256');
    receivedBytes = 0;
    writer = createTreeWriter(staging, name, limits);
    unpacker = createContentUnpacker(writer, name, limits);
  };
  const discard = async (): Promise<void> => {
    await unpacker.destroy();
    await writer.abandon();
    await rm(staging, { recursive: true, force: true });
  };
  const take = async (chunk: Buffer, keep: () => Promise<void>): Promise<void> => {
    // Both are at work in the thread pool while this thread computes the digest.
    const done = Promise.all([unpacker.write(chunk), keep()]);
    hash.update(chunk);
    receivedBytes += chunk.length;
    await done;
  };
  await begin();
  return {
    get receivedBytes() {
      return receivedBytes;
    },
    get kind() {
      return unpacker.kind;
    },
    get origin() {
      return partial.origin;
    },
    get writer() {
      return writer;
    },
    async replay(signal) {
      if (partial.sizeBytes === 0) return;
      const stream = createReadStream(partial.path, { highWaterMark: replayChunkBytes, end: partial.sizeBytes - 1 });
      for await (const chunk of stream) {
        signal.throwIfAborted();
        await take(chunk as Buffer, () => Promise.resolve());
      }
    },
    write: (chunk) => take(chunk, () => partial.append(chunk)),
    describe: (origin) => partial.describe(origin),
    async startOver() {
      await partial.empty();
      if (receivedBytes === 0) return;
      await discard();
      await begin();
    },
    digest: () => hash.digest('hex'),
    unpacked: () => unpacker.end(),
    discard,
  };
}
