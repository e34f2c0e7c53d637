import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '@companion/foundation/node';
import type { Manifest, ManifestFile } from './manifest.ts';

/** A file that is not what its manifest says. */
export interface Damage {
  /** Of the entry or the release. */
  readonly name: string;
  readonly path: string;
  /** The rest of a sentence that begins with the file. */
  readonly reason: string;
}

/** What a look at a tree showed. */
export interface Checked {
  readonly damage: readonly Damage[];
  /** With the times that were found, where nothing is damaged; the very same object where all is as it was. */
  readonly manifest: Manifest;
}

interface CheckOptions {
  readonly name: string;
  readonly directory: string;
  readonly manifest: Manifest;
  /** Reads every file; without it, sizes and times decide, and only what has another time is read. */
  readonly deep: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that were read; the next are read when it resolves. */
  readonly pace?: ((readBytes: number) => Promise<void>) | undefined;
}

const readChunkBytes = 256 * 1024;

/** Compares a tree with its manifest; files that the manifest does not name are not looked at. */
export async function checkTree(options: CheckOptions): Promise<Checked> {
  const { name, manifest } = options;
  const damage: Damage[] = [];
  const files: ManifestFile[] = [];
  let changed = false;
  for (const file of manifest.files) {
    options.signal?.throwIfAborted();
    const found = await checkFile(file, options);
    if (typeof found === 'string') damage.push({ name, path: file.path, reason: found });
    else {
      files.push(found);
      changed ||= found !== file;
    }
  }
  return { damage, manifest: damage.length > 0 || !changed ? manifest : { ...manifest, files } };
}

/** The file as it is now, or what is wrong with it. */
async function checkFile(
  file: ManifestFile,
  { directory, deep, signal, pace }: CheckOptions,
): Promise<ManifestFile | string> {
  const path = join(directory, file.path);
  try {
    const stats = await lstat(path);
    if (!stats.isFile()) return 'is no file any more';
    if (stats.size !== file.sizeBytes) return `has ${stats.size} bytes, and ${file.sizeBytes} were written`;
    if (stats.mtimeMs === file.mtimeMs && !deep) return file;
    if (file.sha256 === undefined && !deep) return { ...file, mtimeMs: stats.mtimeMs };
    const sha256 = await sha256OfFile(path, signal, pace);
    if (file.sha256 !== undefined && sha256 !== file.sha256) return 'has other content than was written';
    return stats.mtimeMs === file.mtimeMs && file.sha256 === sha256
      ? file
      : { ...file, mtimeMs: stats.mtimeMs, sha256 };
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return 'is missing';
    if (hasErrno(error, 'EIO', 'EBADMSG', 'EUCLEAN')) return 'can not be read from the disk';
    throw error;
  }
}

/** The SHA-256 of a file, in hexadecimal. */
export async function sha256OfFile(
  path: string,
  signal?: AbortSignal,
  pace?: (readBytes: number) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: readChunkBytes })) {
    signal?.throwIfAborted();
    hash.update(chunk as Buffer);
    await pace?.((chunk as Buffer).length);
  }
  return hash.digest('hex');
}
