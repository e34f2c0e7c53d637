import { open, type FileHandle } from 'node:fs/promises';
import type { FileSink } from './tree-file.ts';

/** The large files of a tree. Each is flushed in the background when it is closed, while the next is still arriving. */
export class LargeFiles {
  /** Those that are open. */
  readonly #handles = new Set<FileHandle>();
  /** Flushes under way. */
  readonly #flushing = new Set<Promise<void>>();
  /** Why one could not be flushed; nothing of the tree is believed then. */
  #failure: unknown;

  /** Never over a file that is there. */
  async open(place: string): Promise<FileSink> {
    const handle = await open(place, 'wx', 0o644);
    this.#handles.add(handle);
    return {
      write: (chunk) => handle.writeFile(chunk),
      close: () => this.#flushInBackground(handle),
    };
  }

  /** Resolves when all that were closed are on the disk; rejects with the first failure. */
  async flush(): Promise<void> {
    await Promise.all(this.#flushing);
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  /** Lets go of those that are open. */
  async abandon(): Promise<void> {
    await Promise.all(this.#flushing);
    for (const handle of this.#handles) await handle.close();
    this.#handles.clear();
  }

  #flushInBackground(handle: FileHandle): void {
    const done = this.#flushAndClose(handle);
    this.#flushing.add(done);
    void done.finally(() => this.#flushing.delete(done));
  }

  async #flushAndClose(handle: FileHandle): Promise<void> {
    await handle.sync().catch((error: unknown) => (this.#failure ??= error));
    this.#handles.delete(handle);
    // A network file system tells here that a write failed.
    await handle.close().catch((error: unknown) => (this.#failure ??= error));
  }
}
