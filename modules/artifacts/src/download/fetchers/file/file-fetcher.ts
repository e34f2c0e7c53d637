import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArtifactError } from '../../../core/artifact-error.ts';
import type { Where } from '../../transfer/download-failure.ts';
import type { Transfer } from '../../transfer/transfer.ts';
import type { Fetcher, FetchMeans } from '../../transfer/fetcher.ts';

const chunkBytes = 512 * 1024;

/** Copies a file from the import directory (a USB stick, a factory's share). Rejects with `IMPORT_REFUSED` for any other place. */
export class FileFetcher implements Fetcher {
  readonly #importDirectory: string | undefined;

  constructor({ policy }: FetchMeans) {
    this.#importDirectory = policy.importDirectory;
  }

  async fetch(transfer: Transfer): Promise<void> {
    const path = await this.#pathOf(transfer);
    const { size } = await stat(path);
    await transfer.landing.startOver();
    await transfer.announce(size);
    // It can still be growing: `take` counts too.
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
      transfer.signal.throwIfAborted();
      await transfer.take(chunk as Buffer);
    }
  }

  async #pathOf({ where, artifact }: Transfer): Promise<string> {
    if (this.#importDirectory === undefined) throw refused(where, 'this device has no import directory', 'final');
    let asked: string;
    try {
      asked = fileURLToPath(artifact.url);
    } catch (cause) {
      throw refused(where, 'is no path on this device', 'final', cause);
    }
    try {
      const [root, path] = await Promise.all([realpath(this.#importDirectory), realpath(asked)]);
      // Links have been followed: where they lead is what counts.
      if (path.startsWith(root + sep) && (await stat(path)).isFile()) return path;
    } catch (cause) {
      // A stick may yet be put in.
      throw refused(where, 'is not there', 'retryable', cause);
    }
    throw refused(where, 'is not a file in the import directory', 'final');
  }
}

function refused(where: Where, why: string, kind: 'retryable' | 'final', cause?: unknown): ArtifactError {
  return new ArtifactError('IMPORT_REFUSED', `${where.name}: ${where.url} ${why}`, {
    retryable: kind === 'retryable',
    facts: { url: where.url },
    cause,
  });
}
