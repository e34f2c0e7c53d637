import type { Readable } from 'node:stream';

/**
 * A body in few large pieces instead of many small ones: at every stage each piece costs a trip to the thread pool. It is
 * read on while its last piece is being worked on, into two buffers that take turns: nothing is allocated for a piece, and
 * no more than `bufferBytes` and a chunk wait in memory. A slow body's bytes are handed on one by one, as they come.
 */
export class ReadAhead {
  readonly #body: Readable;
  /** Takes what comes. */
  #filling: Buffer;
  /** Is being worked on. */
  #resting: Buffer;
  #filledBytes = 0;
  /** What did not fit; the body is paused while there is any. */
  #rest: Buffer | undefined;
  #ended = false;
  #failure: Error | undefined;
  /** Wakes who waits in `next`. */
  #wake = (): void => undefined;

  constructor(body: Readable, bufferBytes: number) {
    this.#body = body;
    this.#filling = Buffer.allocUnsafeSlow(bufferBytes);
    this.#resting = Buffer.allocUnsafeSlow(bufferBytes);
    // What was cut before anybody listened reports it no more.
    if (body.destroyed) this.#fail(closedEarly());
    body.on('data', (chunk: Buffer) => {
      if (!this.#take(chunk)) body.pause();
      this.#wake();
    });
    body.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    body.on('error', (error) => this.#fail(error));
    body.on('close', () => {
      if (!this.#ended) this.#fail(closedEarly());
    });
  }

  /**
   * Resolves with what has come since the last call, waiting for the first byte where that is nothing; undefined at the end.
   * The bytes are valid only until the next call. Rejects with the body's error once all that came before it is taken.
   */
  async next(): Promise<Buffer | undefined> {
    while (this.#filledBytes === 0) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const piece = this.#filling.subarray(0, this.#filledBytes);
    [this.#filling, this.#resting] = [this.#resting, this.#filling];
    this.#filledBytes = 0;
    if (this.#rest !== undefined && this.#take(this.#rest)) this.#body.resume();
    return piece;
  }

  /** False where there is no room for all of it. */
  #take(chunk: Buffer): boolean {
    const takenBytes = chunk.copy(this.#filling, this.#filledBytes);
    this.#filledBytes += takenBytes;
    this.#rest = takenBytes < chunk.length ? chunk.subarray(takenBytes) : undefined;
    return this.#rest === undefined;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }
}

function closedEarly(): Error {
  return Object.assign(new Error('closed before its end'), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
}
