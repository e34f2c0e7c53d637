import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { failPoint } from '../core/fail-point.ts';
import { hasErrno } from '../core/errno.ts';

/** Flushes a file or directory to the disk. */
export async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** So many flushes are under way at once: a journal takes them together, and one by one each waits for the disk alone. */
const parallelFlushes = 16;

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

async function flushAll(paths: readonly string[]): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let path = paths[next++]; path !== undefined; path = paths[next++]) await flush(path);
  };
  await Promise.all(Array.from({ length: Math.min(parallelFlushes, paths.length) }, work));
}

/** Renames within one volume and flushes both directories, so that the new name survives a power cut. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  failPoint('renamed');
  await flush(dirname(to));
  if (dirname(from) !== dirname(to)) await flush(dirname(from));
}

/** Creates directories, and those above them, so that they survive a power cut. Those that are there already are left alone. */
export async function makeDirectoriesDurably(paths: readonly string[]): Promise<void> {
  /** What got an entry: flushed once, however many it got, since a flush waits for the disk. */
  const changed = new Set<string>();
  for (const path of paths) await makeDirectory(path, changed);
  await flushAll([...changed]);
  failPoint('directories-flushed');
}

async function makeDirectory(path: string, changed: Set<string>): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return;
    // By hand: with a parent that is there and refuses (/proc), Node's recursive mkdir tries for ever.
    const parent = dirname(path);
    if (!hasErrno(error, 'ENOENT') || parent === path || existsSync(parent)) throw error;
    await makeDirectory(parent, changed);
    await mkdir(path);
  }
  changed.add(dirname(path));
  failPoint('directory-made');
}

/** Replaces a file as a whole: readers see the old contents or the new, also after a power cut. */
export async function writeFileDurably(path: string, contents: string | Uint8Array, mode = 0o644): Promise<void> {
  const temporary = unusedNameBeside(path);
  const handle = await open(temporary, 'wx', mode);
  try {
    await handle.writeFile(contents);
    failPoint('temporary-written');
    await handle.chmod(mode);
    await handle.sync();
    failPoint('temporary-flushed');
  } finally {
    await handle.close();
  }
  await renameDurably(temporary, path);
}

/** Points a link at another target in one step: readers see the old target or the new, never none. */
export async function switchLinkDurably(path: string, target: string): Promise<void> {
  const temporary = unusedNameBeside(path);
  await symlink(target, temporary);
  failPoint('link-made');
  await renameDurably(temporary, path);
}

/** A leftover from a crash must not block the next try (git-sync's trap), so every name is new; `isTemporary` knows them for the sweep. */
function unusedNameBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
}

/** Whether a name is one that a cut write can have left behind. */
export function isTemporary(name: string): boolean {
  return /^\..+\.[0-9a-f-]{36}\.tmp$/.test(name);
}
