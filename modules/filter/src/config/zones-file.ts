import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@companion/edge';

/** The file that the twin names in `zonesFile`, below the release that `current` points at. */
export interface ZonesFile {
  /** As it was read last; undefined where none is named, or it was never there. */
  readonly content: string | undefined;
  /** Why the file that is named can't be read, as the rest of a sentence; undefined where it can. */
  readonly problem: string | undefined;
  /**
   * Reads it again, after the reads that were asked for before; resolves to whether the content is another. Never rejects.
   * A file that vanishes keeps its last content.
   */
  read(path: string | null): Promise<boolean>;
}

/** Some tens of thousands of zones. */
const maxBytes = 8 * 1024 * 1024;

/** Makes a reader; `root` is the volume that the artifacts module fills. */
export function createZonesFile({ root, log }: { readonly root: string; readonly log: Log }): ZonesFile {
  let content: string | undefined;
  let known: string | null = null;
  let stamp = '';
  let problem: string | undefined;
  let reads: Promise<unknown> = Promise.resolve();

  async function readNew(path: string): Promise<boolean> {
    const file = join(root, 'current', path);
    const { size, mtimeMs, ino } = await stat(file);
    const next = `${ino} ${mtimeMs} ${size}`;
    if (next === stamp) return false;
    if (size > maxBytes) throw new Error(`it has ${size} bytes, more than ${maxBytes}`);
    const before = content;
    content = await readFile(file, 'utf8');
    stamp = next;
    return content !== before;
  }

  async function readNow(path: string | null): Promise<boolean> {
    const renamed = path !== known;
    known = path;
    if (renamed) stamp = '';
    if (path === null) {
      const had = content !== undefined;
      content = undefined;
      problem = undefined;
      return had;
    }
    try {
      const changed = await readNew(path);
      problem = undefined;
      return changed;
    } catch (error) {
      if (problem === undefined || renamed) log.warn({ zonesFile: path, err: error }, 'the zones file can’t be read');
      const { code, message } = error as NodeJS.ErrnoException;
      problem = `must name a file of the release, but "${path}" ${code === 'ENOENT' ? 'is not there' : `can't be read: ${message}`}`;
      return false;
    }
  }

  return {
    get content() {
      return content;
    },
    get problem() {
      return problem;
    },
    read(path) {
      const read = reads.then(() => readNow(path));
      reads = read;
      return read;
    },
  };
}
