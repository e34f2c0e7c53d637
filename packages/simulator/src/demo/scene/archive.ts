import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as tar from 'tar';

/** The files of an archive: content by name; a name may hold folders, with `/`. Content can come in pieces. */
export type ArchiveFiles = Readonly<Record<string, string | Uint8Array | Iterable<Uint8Array>>>;

/** What lies on disk now. */
export interface Archive {
  readonly file: string;
  /** Hexadecimal, lower case. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Archives can't hold the time of their making if they are to come out the same every time. */
const madeAt = new Date('2020-01-01T00:00:00Z');

/**
 * Packs files as a tar.gz that is the same byte for byte each time: sorted, one time stamp, no owners, one mode. (Another
 * version of zlib, so another Node, may compress to other bytes.)
 */
export async function makeArchive(file: string, files: ArchiveFiles): Promise<Archive> {
  await mkdir(dirname(file), { recursive: true });
  const staging = await mkdtemp(`${file}.files-`);
  try {
    const names = Object.keys(files).sort();
    for (const name of names) {
      const path = join(staging, name);
      await mkdir(dirname(path), { recursive: true });
      await writeContent(path, files[name] ?? '');
      await chmod(path, 0o644);
    }
    await tar.create(
      { file, cwd: staging, gzip: { level: 6 }, portable: true, mtime: madeAt, noDirRecurse: true },
      names,
    );
    const bytes = await readFile(file);
    return { file, sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function writeContent(path: string, content: string | Uint8Array | Iterable<Uint8Array>): Promise<void> {
  if (typeof content === 'string' || content instanceof Uint8Array) {
    await writeFile(path, content);
    return;
  }
  await using handle = await open(path, 'w');
  for (const piece of content) await handle.writeFile(piece);
}
