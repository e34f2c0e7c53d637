import { badArchive } from './archive-failure.ts';
import { foldedPath } from './entry-path.ts';

/** The names in a tree that is being unpacked: no two may be one on a file system that folds case or accents. */
export class TreeNames {
  /** The artifact's, for errors. */
  readonly #name: string;
  /** Folded path → the path as it was first written. */
  readonly #taken = new Map<string, { readonly path: string; readonly isDirectory: boolean }>();
  /** Directories as they were written: files mostly stand beside others, and then all names above them are known. */
  readonly #directories = new Set<string>();

  constructor(name: string) {
    this.#name = name;
  }

  /** Whether a path is taken, by a file or a directory. */
  has(path: string): boolean {
    return this.#taken.has(foldedPath(path));
  }

  /** Whether there is a file of just this path. */
  hasFile(path: string): boolean {
    const taken = this.#taken.get(foldedPath(path));
    return taken !== undefined && !taken.isDirectory && taken.path === path;
  }

  /** Throws `BAD_ARCHIVE` where the name is taken. */
  takeFile(path: string): void {
    if (!this.#isFree(path, 'file')) throw this.#twice(path, 'is in it twice');
    this.#taken.set(foldedPath(path), { path, isDirectory: false });
  }

  /** The directories on a path that are new, from the top, as they are to be made. Throws `BAD_ARCHIVE` where one is taken otherwise. */
  *takeDirectories(path: string): Generator<string, void> {
    if (this.#directories.has(path)) return;
    for (let end = 0; end >= 0;) {
      end = path.indexOf('/', end + 1);
      const upTo = end < 0 ? path : path.slice(0, end);
      if (this.#directories.has(upTo)) continue;
      if (this.#isFree(upTo, 'directory')) {
        this.#taken.set(foldedPath(upTo), { path: upTo, isDirectory: true });
        yield upTo;
      }
      this.#directories.add(upTo);
    }
  }

  /** False where the very same is there; throws where it is something else. */
  #isFree(path: string, kind: 'file' | 'directory'): boolean {
    const before = this.#taken.get(foldedPath(path));
    if (before === undefined) return true;
    if (before.isDirectory !== (kind === 'directory')) throw this.#twice(path, 'is both a file and a directory');
    if (before.path !== path) throw this.#twice(path, `differs from ${JSON.stringify(before.path)} only in case`);
    return false;
  }

  #twice(path: string, reason: string): Error {
    return badArchive(this.#name, `entry ${JSON.stringify(path)} ${reason}`);
  }
}
