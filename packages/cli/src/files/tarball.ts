import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { checkEntryPath, foldedPath } from '@companion/artifacts';
import { rewriteFile } from '@companion/foundation/node';
import { Header, Pax } from 'tar';
import { CliError } from '../command/cli-error.ts';
import { messageOf } from './output.ts';

/** One entry of an archive to be; directories only where they are empty. */
export interface TarballEntry {
  /** In the archive, with `/`; a directory's ends with one. */
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
}

/** What was written. */
export interface Tarball {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * What goes into an archive of `path`: a file alone, or all that is in a directory, sorted by name. Throws a `CliError`
 * for links, devices, and names that a device would refuse.
 */
export async function listEntries(path: string): Promise<readonly TarballEntry[]> {
  const entries: TarballEntry[] = [];
  const visit = async (place: string, name: string): Promise<void> => {
    const stats = await lstat(place);
    const checked = name === '' ? undefined : checkEntryPath(name);
    if (checked?.ok === false) throw new CliError('not-a-file', `companion: ${place}: ${checked.reason}`);
    if (stats.isFile())
      entries.push({ name: name === '' ? basename(place) : name, path: place, sizeBytes: stats.size });
    else if (stats.isDirectory()) {
      const names = await readdir(place);
      if (names.length === 0 && name !== '') entries.push({ name: `${name}/`, path: place, sizeBytes: 0 });
      for (const one of names) await visit(join(place, one), name === '' ? one : `${name}/${one}`);
    } else {
      const what = stats.isSymbolicLink() ? 'a symbolic link' : 'neither a file nor a directory';
      throw new CliError('not-a-file', `companion: ${place}: ${what}, which devices refuse`);
    }
  };
  await visit(path, '');
  refuseTwins(entries);
  return entries.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

/** Two names that differ only in case are one file on some file systems, and devices refuse both. */
function refuseTwins(entries: readonly TarballEntry[]): void {
  const seen = new Map<string, string>();
  for (const { name } of entries) {
    const key = foldedPath(name);
    const other = seen.get(key);
    if (other !== undefined) {
      throw new CliError('not-a-file', `companion: ${other} and ${name} differ only in case, which devices refuse`);
    }
    seen.set(key, name);
  }
}

/** Writes a tar.gz in one piece: the same bytes for the same names and contents, whatever their times, modes and owners (with the same zlib). */
export async function writeTarball(entries: readonly TarballEntry[], out: string): Promise<Tarball> {
  const digest = createHash('sha256');
  let sizeBytes = 0;
  async function* packed(): AsyncGenerator<Buffer> {
    const plain = Readable.from(tarBlocks(entries), { objectMode: false });
    const zipped = createGzip({ level: 9 });
    plain.on('error', (error) => zipped.destroy(error));
    for await (const chunk of plain.pipe(zipped) as AsyncIterable<Buffer>) {
      digest.update(chunk);
      sizeBytes += chunk.length;
      yield chunk;
    }
  }
  try {
    await rewriteFile(out, packed(), { newMode: 0o644 });
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError('not-writable', `companion: ${out}: not written: ${messageOf(cause)}`, { cause });
  }
  return { sha256: digest.digest('hex'), sizeBytes };
}

const blockBytes = 512;

async function* tarBlocks(entries: readonly TarballEntry[]): AsyncGenerator<Buffer> {
  for (const entry of entries) {
    yield* headerBlocks(entry);
    if (entry.name.endsWith('/')) continue;
    let left = entry.sizeBytes;
    for await (const chunk of createReadStream(entry.path, { highWaterMark: 512 * 1024 })) {
      left -= (chunk as Buffer).length;
      if (left < 0) break;
      yield chunk as Buffer;
    }
    if (left !== 0) throw new CliError('not-readable', `companion: ${entry.path}: changed while it was packed`);
    yield Buffer.alloc((blockBytes - (entry.sizeBytes % blockBytes)) % blockBytes);
  }
  yield Buffer.alloc(2 * blockBytes);
}

/** Built by hand: what the tar package takes from the file system (times, modes, hard links) must not matter. */
function* headerBlocks({ name, sizeBytes }: TarballEntry): Generator<Buffer> {
  const isDirectory = name.endsWith('/');
  const header = new Header({
    path: name,
    mode: isDirectory ? 0o755 : 0o644,
    size: sizeBytes,
    mtime: new Date(0),
    type: isDirectory ? 'Directory' : 'File',
  });
  // True where the name or the size does not fit.
  if (header.encode()) yield new Pax({ path: name, size: sizeBytes, mtime: new Date(0) }).encode();
  if (header.block === undefined) throw new Error(`no header for ${name}`);
  yield header.block;
}
