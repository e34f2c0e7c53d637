import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, rename, rmdir, symlink, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hasErrno, replaceFile, syncDirectory } from '@companion/foundation/node';
import { failPoint } from '../core/fail-point.ts';

/** So many flushes are under way at once: a journal takes them together, and one by one each waits for the disk alone. */
const parallelFlushes = 16;

const replacePoints = { written: 'temporary-written', flushed: 'temporary-flushed', renamed: 'renamed' } as const;

/** Replaces a file as a whole (see `replaceFile`), with the moments at which the kill suite cuts it. */
export function replaceFileDurably(path: string, contents: string | Uint8Array, mode = 0o644): Promise<void> {
  return replaceFile(path, contents, { mode, onStep: (step) => failPoint(replacePoints[step]) });
}

/** Flushes every file and directory below `path`, and `path` itself, contents before the directories that name them. */
export async function flushTree(path: string): Promise<void> {
  const files: string[] = [];
  const directories: string[] = [];
  const visit = async (one: string): Promise<void> => {
    const stats = await lstat(one);
    // A link has no contents of its own: the directory that holds it is what must be flushed.
    if (stats.isFile()) files.push(one);
    if (!stats.isDirectory()) return;
    directories.push(one);
    for (const entry of await readdir(one)) await visit(join(one, entry));
  };
  await visit(path);
  await flushAll(files);
  await flushAll(directories.reverse());
}

/**
 * Renames within one volume and flushes both directories, so that the new name survives a power cut. `to` must be free.
 * Where a flush fails, the old name is back: another flush would succeed, and nobody knows what it vouches for.
 */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  failPoint('renamed');
  try {
    await syncDirectory(dirname(to));
    if (dirname(from) !== dirname(to)) await syncDirectory(dirname(from));
  } catch (error) {
    await rename(to, from).catch(() => undefined);
    throw error;
  }
}

/** Creates directories, and those above them, so that they survive a power cut. Those that are there already are left alone. */
export async function makeDirectoriesDurably(paths: readonly string[]): Promise<void> {
  /** What got an entry: flushed once, however many it got, since a flush waits for the disk. */
  const changed = new Set<string>();
  const made: string[] = [];
  for (const path of paths) await makeDirectory(path, changed, made);
  try {
    await flushAll([...changed]);
  } catch (error) {
    // The next try must find something to make, or it would flush nothing.
    for (const path of made.toReversed()) await rmdir(path).catch(() => undefined);
    throw error;
  }
  failPoint('directories-flushed');
}

/**
 * Points a link at another target in one step: readers see the old target or the new, never none. When it rejects, the
 * link may name either, and only another call makes sure of it.
 */
export async function switchLinkDurably(path: string, target: string): Promise<void> {
  // As `replaceFile` names its own: every name is new, and `isTemporary` knows it.
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  await symlink(target, temporary);
  failPoint('link-made');
  try {
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  failPoint('renamed');
  await syncDirectory(dirname(path));
}

async function makeDirectory(path: string, changed: Set<string>, made: string[]): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return;
    // By hand: with a parent that is there and refuses (/proc), Node's recursive mkdir tries for ever.
    const parent = dirname(path);
    if (!hasErrno(error, 'ENOENT') || parent === path || existsSync(parent)) throw error;
    await makeDirectory(parent, changed, made);
    await mkdir(path);
  }
  made.push(path);
  changed.add(dirname(path));
  failPoint('directory-made');
}

/** Files or directories: fsync(2) takes either. */
async function flushAll(paths: readonly string[]): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let path = paths[next++]; path !== undefined; path = paths[next++]) await syncDirectory(path);
  };
  await Promise.all(Array.from({ length: Math.min(parallelFlushes, paths.length) }, work));
}
