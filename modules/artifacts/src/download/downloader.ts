import { findEntry, findSameFile, isOneFile, listEntries } from '../store/entries.ts';
import { copyUnderName, type StoredArtifact } from '../store/store.ts';
import { FileSystemFlusher } from '../volume/file-system-flusher.ts';
import { ArtifactFetch, type FetchContext, type FetchOrder } from './artifact-fetch.ts';

/** Brings artifacts into the store of one volume, each digest once: two writers of one partial file would mix. */
export class Downloader {
  readonly #context: FetchContext;
  /** Digests on their way into the store. */
  readonly #arriving = new Map<string, Promise<unknown>>();

  constructor(options: Omit<FetchContext, 'flusher'>) {
    this.#context = { ...options, flusher: new FileSystemFlusher() };
  }

  /**
   * Brings one artifact into the store, waiting where the same digest is on its way already; what is in the store is not
   * downloaded again. Rejects with an `ArtifactError`, or with the signal's reason when aborted; a download that can be
   * resumed is kept in `partial/`.
   */
  async fetch(order: FetchOrder): Promise<StoredArtifact> {
    const { signal, artifact } = order;
    const { sha256 } = artifact;
    for (;;) {
      signal.throwIfAborted();
      const other = this.#arriving.get(sha256);
      if (other === undefined) break;
      // How it ends is its own caller's: the store says what is left to do.
      await settledOrAborted(other, signal);
    }
    const own = this.#fetchAlone(order);
    this.#arriving.set(sha256, own);
    try {
      return await own;
    } finally {
      this.#arriving.delete(sha256);
    }
  }

  async #fetchAlone(order: FetchOrder): Promise<StoredArtifact> {
    const { layout } = this.#context;
    const { sha256, unpack } = order.artifact;
    const wanted = { sha256, fileName: order.fileName, unpack };
    const entries = await listEntries(layout);
    const found = findEntry(entries, wanted);
    if (found !== undefined) return { sha256, path: found.path, unpacked: !isOneFile(found.manifest) };
    const same = findSameFile(entries, wanted);
    if (same !== undefined) return copyUnderName(layout, same, wanted);
    return new ArtifactFetch(this.#context, order).run();
  }
}

async function settledOrAborted(other: Promise<unknown>, signal: AbortSignal): Promise<void> {
  let leave = (): void => undefined;
  const aborted = new Promise<void>((resolve) => (leave = resolve));
  signal.addEventListener('abort', leave);
  await Promise.race([other.catch(() => undefined), aborted]);
  signal.removeEventListener('abort', leave);
}
