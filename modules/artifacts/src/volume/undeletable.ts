import { rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { hasErrno } from '@companion/foundation/node';

/**
 * What another user's files keep from being removed: DeepStream can run as root and write beside its models. Such a path
 * is remembered, so that it is reported and not tried again at every pass; it is in nobody's way.
 */
export class Undeletable {
  /** Root of the volume. */
  readonly #root: string;
  /** Relative to the root. */
  readonly #paths = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Relative to the root, sorted. */
  get paths(): readonly string[] {
    return [...this.#paths].sort();
  }

  has(path: string): boolean {
    return this.#paths.has(relative(this.#root, path));
  }

  add(path: string): void {
    this.#paths.add(relative(this.#root, path));
  }

  /** Rights have changed: everything is tried once more. */
  clear(): void {
    this.#paths.clear();
  }

  /** Removes a file, or a directory with all that is in it, or remembers it. Rejects with the file system's other errors. */
  async removeTree(path: string): Promise<void> {
    try {
      await rm(path, { recursive: true, force: true });
      this.#paths.delete(relative(this.#root, path));
    } catch (error) {
      if (!hasErrno(error, 'EACCES', 'EPERM')) throw error;
      this.add(path);
    }
  }
}
