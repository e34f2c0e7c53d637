import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@companion/edge';
import { hasErrno } from '@companion/foundation/node';

/** Some tens of thousands of zones. */
const maxBytes = 8 * 1024 * 1024;

/** The file that the twin names in `zonesFile`, below the release that `current` points at. */
export class ZonesFile {
  /** The volume that the artifacts module fills. */
  readonly #root: string;
  readonly #log: Log;
  #content: string | undefined;
  #problem: string | undefined;
  /** The path that was read last, or tried. */
  #path: string | null = null;
  /** Tells one version of the file from another without reading it. */
  #stamp = '';
  /** Reads one after another. */
  #reads: Promise<unknown> = Promise.resolve();

  constructor({ root, log }: { readonly root: string; readonly log: Log }) {
    this.#root = root;
    this.#log = log;
  }

  /** As it was read last; undefined where none is named, or it was never there. */
  get content(): string | undefined {
    return this.#content;
  }

  /** Why the file that is named can't be read, as the rest of a sentence; undefined where it can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * Reads it again, after the reads that were asked for before; resolves to whether the content is another. Never rejects.
   * A file that vanishes keeps its last content.
   */
  read(path: string | null): Promise<boolean> {
    const read = this.#reads.then(() => this.#readNow(path));
    this.#reads = read;
    return read;
  }

  async #readNow(path: string | null): Promise<boolean> {
    const renamed = path !== this.#path;
    this.#path = path;
    if (renamed) this.#stamp = '';
    if (path === null) {
      const had = this.#content !== undefined;
      this.#content = undefined;
      this.#problem = undefined;
      return had;
    }
    try {
      const changed = await this.#readNew(path);
      this.#problem = undefined;
      return changed;
    } catch (error) {
      if (this.#problem === undefined || renamed) {
        this.#log.warn({ zonesFile: path, err: error }, 'the zones file can’t be read');
      }
      this.#problem = `must name a file of the release, but "${path}" ${reasonOf(error)}`;
      return false;
    }
  }

  async #readNew(path: string): Promise<boolean> {
    const file = join(this.#root, 'current', path);
    const { size, mtimeMs, ino } = await stat(file);
    const stamp = `${ino} ${mtimeMs} ${size}`;
    if (stamp === this.#stamp) return false;
    if (size > maxBytes) throw new Error(`it has ${size} bytes, more than ${maxBytes}`);
    const before = this.#content;
    this.#content = await readFile(file, 'utf8');
    this.#stamp = stamp;
    return this.#content !== before;
  }
}

function reasonOf(error: unknown): string {
  if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return 'is not there';
  if (hasErrno(error, 'EISDIR')) return 'is a directory';
  return `can't be read: ${(error as Error).message}`;
}
