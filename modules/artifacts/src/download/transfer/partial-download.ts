import { open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { parseJson, type Clock } from '@companion/foundation';
import { hasErrno } from '@companion/foundation/node';
import * as z from 'zod';
import { isDiskFull } from '../../core/artifact-error.ts';
import { failPoint } from '../../core/fail-point.ts';
import { replaceFileDurably } from '../../volume/durable.ts';
import type { PartialFiles } from '../../volume/partial-files.ts';
import type { Validator } from './validator.ts';

/** Where the bytes of a partial download came from. */
export interface PartialOrigin {
  /** Without its query: signatures rotate, the file stays. */
  readonly url: string;
  readonly validator: Validator;
  readonly totalBytes: number | undefined;
}

const originSchema = z.strictObject({
  url: z.string(),
  validator: z.union([z.strictObject({ etag: z.string() }), z.strictObject({ lastModified: z.string() })]),
  totalBytes: z.number().int().nonnegative().optional(),
});

/** A power cut may cost so much of a download and no more; a crash of this process costs nothing that was written. */
const flushEveryBytes = 32 * 1024 * 1024;
const flushEveryMs = 5_000;

/** A download's bytes on disk, with what is needed to go on after a restart. */
export class PartialDownload {
  readonly #files: PartialFiles;
  readonly #handle: FileHandle;
  readonly #clock: Clock;
  #origin: PartialOrigin | undefined;
  #sizeBytes: number;
  /** Written since the last flush began. */
  #unflushedBytes = 0;
  #flushedAtMs: number;
  /** The background flush under way. */
  #flushing: Promise<void> | undefined;
  /** After a failed flush nothing of the file is believed. */
  #flushFailure: unknown;

  private constructor(
    files: PartialFiles,
    handle: FileHandle,
    clock: Clock,
    { origin, sizeBytes }: { readonly origin: PartialOrigin | undefined; readonly sizeBytes: number },
  ) {
    this.#files = files;
    this.#handle = handle;
    this.#clock = clock;
    this.#origin = origin;
    this.#sizeBytes = sizeBytes;
    this.#flushedAtMs = clock.monotonicMs();
  }

  /** Opens the partial download of a digest. Bytes without a readable origin are thrown away. */
  static async open(files: PartialFiles, clock: Clock): Promise<PartialDownload> {
    const handle = await open(files.bytes, 'a+', 0o644);
    failPoint('part-opened');
    try {
      const origin = await readOrigin(files.origin);
      const { size } = await handle.stat();
      const partial = new PartialDownload(files, handle, clock, { origin, sizeBytes: size });
      if (origin === undefined || (origin.totalBytes !== undefined && size > origin.totalBytes)) await partial.empty();
      return partial;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get path(): string {
    return this.#files.bytes;
  }

  /** What the bytes that are there already belong to; undefined where there are none to go on from. */
  get origin(): PartialOrigin | undefined {
    return this.#origin;
  }

  /** Whether a flush failed: nothing of the file is believed then, and the download begins again. */
  get lost(): boolean {
    return this.#flushFailure !== undefined;
  }

  /** Bytes that are in the file. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  async append(chunk: Buffer): Promise<void> {
    if (this.#flushFailure !== undefined) throw this.#flushFailure as Error;
    try {
      await this.#handle.appendFile(chunk);
    } catch (error) {
      // A full disk took nothing that it did not keep; what else fails may have lost more than this chunk.
      if (!isDiskFull(error)) await this.disbelieve(error);
      throw error;
    }
    failPoint('part-grown');
    this.#sizeBytes += chunk.length;
    this.#unflushedBytes += chunk.length;
    if (this.#flushing !== undefined || this.#origin === undefined) return;
    const sinceMs = this.#clock.monotonicMs() - this.#flushedAtMs;
    if (this.#unflushedBytes >= flushEveryBytes && sinceMs >= flushEveryMs) this.#flushing = this.#flushMidway();
  }

  /** Says where the bytes from here on come from; undefined for what can't be resumed. */
  async describe(origin: PartialOrigin | undefined): Promise<void> {
    if (JSON.stringify(origin) === JSON.stringify(this.#origin)) return;
    if (origin === undefined) await rm(this.#files.origin, { force: true });
    else await replaceFileDurably(this.#files.origin, `${JSON.stringify(origin)}\n`);
    this.#origin = origin;
    failPoint('part-described');
  }

  /** Throws all bytes away. */
  async empty(): Promise<void> {
    await this.#settle();
    // The order keeps new bytes from being taken for old ones after a cut: first nothing says where they are from.
    await rm(this.#files.origin, { force: true });
    failPoint('part-disowned');
    this.#origin = undefined;
    if (this.#sizeBytes === 0) return;
    await this.#handle.truncate(0);
    await this.believe(() => this.#handle.sync());
    failPoint('part-emptied');
    this.#sizeBytes = 0;
  }

  async flush(): Promise<void> {
    await this.#settle();
    await this.believe(() => this.#handle.sync());
    failPoint('part-flushed');
  }

  /** Flushes or reads the file's bytes, under this name or another; where that fails, nothing of the file is believed. */
  async believe<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await this.disbelieve(error);
      throw error;
    }
  }

  /** From now on nothing of the file is believed, for this reason. */
  async disbelieve(error: unknown): Promise<void> {
    this.#flushFailure ??= error;
    // At once: a process that is killed before it removes the file must not leave one to go on from.
    await rm(this.#files.origin, { force: true }).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#flushing;
    await this.#handle.close();
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.#files.origin, { force: true });
    failPoint('part-origin-removed');
    await rm(this.#files.bytes, { force: true });
    failPoint('part-removed');
  }

  async #flushMidway(): Promise<void> {
    this.#unflushedBytes = 0;
    this.#flushedAtMs = this.#clock.monotonicMs();
    try {
      await this.believe(() => this.#handle.datasync());
      failPoint('part-flushed-midway');
      this.#flushing = undefined;
    } catch {
      // Whoever flushes or appends next is told.
    }
  }

  async #settle(): Promise<void> {
    await this.#flushing;
    if (this.#flushFailure !== undefined) throw this.#flushFailure as Error;
  }
}

async function readOrigin(file: string): Promise<PartialOrigin | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  // Torn or from a version that wrote something else: the download starts again.
  const parsed = originSchema.safeParse(parseJson(text));
  return parsed.data && { ...parsed.data, totalBytes: parsed.data.totalBytes };
}
