import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, writeSync } from 'node:fs';

/** Where the bytes of one file go. */
export interface FileSink {
  /** Undefined where nothing is to be waited for. */
  write(chunk: Buffer): Promise<void> | undefined;
  close(): void;
}

/** One file of a tree, which ends with `close`. Every byte that an archive brings onto the disk goes through `write`, once and in order. */
export class TreeFile {
  /** Inside the tree. */
  readonly path: string;
  readonly #sink: FileSink;
  readonly #hash = createHash('sha256');
  /** Called with the digest when all of it was written. */
  readonly #onClose: (sha256: string) => void;
  /** Called before so many bytes are written; it throws where they are too many. */
  readonly #onBytes: ((sizeBytes: number) => void) | undefined;

  constructor(path: string, sink: FileSink, onClose: (sha256: string) => void, onBytes?: (sizeBytes: number) => void) {
    this.path = path;
    this.#onClose = onClose;
    this.#sink = sink;
    this.#onBytes = onBytes;
  }

  /** The chunk must stay as it is until `close`. */
  write(chunk: Buffer): Promise<void> | undefined {
    this.#onBytes?.(chunk.length);
    const done = this.#sink.write(chunk);
    this.#hash.update(chunk);
    return done;
  }

  close(): void {
    this.#sink.close();
    this.#onClose(this.#hash.digest('hex'));
  }
}

/** As `wx`, which Node would look up again for every file. */
const createNew = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/** A small file is collected and written in one go, never over one that is there: the thread pool would take longer than the write. */
export class SmallFile implements FileSink {
  readonly #place: string;
  readonly #pieces: Buffer[] = [];

  constructor(place: string) {
    this.#place = place;
  }

  write(chunk: Buffer): undefined {
    this.#pieces.push(chunk);
  }

  close(): void {
    const descriptor = openSync(this.#place, createNew, 0o644);
    try {
      const content = Buffer.concat(this.#pieces);
      for (let at = 0; at < content.length;) at += writeSync(descriptor, content, at);
    } finally {
      closeSync(descriptor);
    }
  }
}
