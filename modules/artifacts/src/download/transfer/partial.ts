import { open, readFile, rm, type FileHandle } from 'node:fs/promises';
import * as z from 'zod';
import { failPoint } from '../../core/fail-point.ts';
import { writeFileDurably } from '../../volume/durable.ts';
import { hasErrno } from '../../core/errno.ts';
import type { PartialFiles } from '../../volume/partial-files.ts';
import type { Validator } from './validator.ts';

/** Where the bytes of a partial download came from. */
export interface PartialOrigin {
  /** Without its query: signatures rotate, the file stays. */
  readonly url: string;
  readonly validator: Validator;
  readonly totalBytes: number | undefined;
}

/** A download's bytes on disk, with what is needed to go on after a restart. */
export interface Partial {
  readonly path: string;
  /** What the bytes that are there already belong to; undefined where there are none to go on from. */
  readonly origin: PartialOrigin | undefined;
  /** Bytes that are in the file. */
  readonly sizeBytes: number;
  append(chunk: Buffer): Promise<void>;
  /** Says where the bytes from here on come from; undefined for what can't be resumed. */
  describe(origin: PartialOrigin | undefined): Promise<void>;
  /** Throws all bytes away, to begin anew. */
  empty(): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
  remove(): Promise<void>;
}

const originSchema = z.strictObject({
  url: z.string(),
  validator: z.union([z.strictObject({ etag: z.string() }), z.strictObject({ lastModified: z.string() })]),
  totalBytes: z.number().int().nonnegative().optional(),
});

/** A power cut may cost so much of a download and no more; a crash of this process costs nothing that was written. */
const flushEveryBytes = 32 * 1024 * 1024;
const flushEveryMs = 5_000;

/** Opens the partial download of a digest. Bytes without a readable origin are thrown away. */
export async function openPartial(files: PartialFiles, nowMs: () => number): Promise<Partial> {
  const handle = await open(files.bytes, 'a+', 0o644);
  failPoint('part-opened');
  try {
    return await createPartial(handle, files, nowMs);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function createPartial(handle: FileHandle, files: PartialFiles, nowMs: () => number): Promise<Partial> {
  let origin = await readOrigin(files.origin);
  let { size } = await handle.stat();
  let flushedAtMs = nowMs();
  let unflushed = 0;
  let flushing: Promise<void> | undefined;
  let flushFailure: unknown;
  const settle = async (): Promise<void> => {
    await flushing;
    if (flushFailure !== undefined) throw flushFailure as Error;
  };
  const flushInBackground = (): void => {
    flushing = handle.datasync().then(
      () => {
        failPoint('part-flushed-midway');
        flushing = undefined;
      },
      (error: unknown) => {
        flushFailure = error;
      },
    );
    unflushed = 0;
    flushedAtMs = nowMs();
  };
  const empty = async (): Promise<void> => {
    await settle();
    // The order keeps new bytes from being taken for old ones after a cut: first nothing says where they are from.
    await rm(files.origin, { force: true });
    failPoint('part-disowned');
    origin = undefined;
    if (size === 0) return;
    await handle.truncate(0);
    await handle.sync();
    failPoint('part-emptied');
    size = 0;
  };
  if (origin === undefined || (origin.totalBytes !== undefined && size > origin.totalBytes)) await empty();
  return {
    path: files.bytes,
    get origin() {
      return origin;
    },
    get sizeBytes() {
      return size;
    },
    async append(chunk) {
      await handle.appendFile(chunk);
      failPoint('part-grown');
      size += chunk.length;
      unflushed += chunk.length;
      if (flushing !== undefined || origin === undefined) return;
      if (unflushed >= flushEveryBytes && nowMs() - flushedAtMs >= flushEveryMs) flushInBackground();
    },
    async describe(next) {
      if (JSON.stringify(next) === JSON.stringify(origin)) return;
      origin = next;
      if (next === undefined) await rm(files.origin, { force: true });
      else await writeFileDurably(files.origin, `${JSON.stringify(next)}\n`);
      failPoint('part-described');
    },
    empty,
    async flush() {
      await settle();
      await handle.sync();
      failPoint('part-flushed');
    },
    async close() {
      await flushing;
      await handle.close();
    },
    async remove() {
      await flushing;
      await handle.close();
      await rm(files.origin, { force: true });
      failPoint('part-origin-removed');
      await rm(files.bytes, { force: true });
      failPoint('part-removed');
    },
  };
}

async function readOrigin(file: string): Promise<PartialOrigin | undefined> {
  try {
    const { url, validator, totalBytes } = originSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return { url, validator, totalBytes };
  } catch (error) {
    // Torn or from a version that wrote something else: begin anew.
    if (error instanceof SyntaxError || error instanceof z.ZodError || hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
