import type { Readable } from 'node:stream';

/** A body in few large pieces instead of many small ones: at every stage each piece costs a trip to the thread pool. */
export interface ReadAhead {
  /**
   * Resolves with what has come since the last call, waiting for the first byte where that is nothing; undefined at the end.
   * The bytes are valid only until the next call. Rejects with the body's error once all that came before it is taken.
   */
  next(): Promise<Buffer | undefined>;
}

/**
 * Reads a body on while its last piece is being worked on, into two buffers that take turns: nothing is allocated for a
 * piece, and no more than `bufferBytes` and a chunk wait in memory. A slow body's bytes are handed on one by one, as they come.
 */
export function createReadAhead(body: Readable, bufferBytes: number): ReadAhead {
  let filling = Buffer.allocUnsafeSlow(bufferBytes);
  let resting = Buffer.allocUnsafeSlow(bufferBytes);
  let filledBytes = 0;
  /** What did not fit; the body is paused while there is any. */
  let rest: Buffer | undefined;
  let ended = false;
  let failure: Error | undefined;
  let wake = (): void => undefined;

  /** False where there is no room for all of it. */
  const take = (chunk: Buffer): boolean => {
    const takenBytes = chunk.copy(filling, filledBytes);
    filledBytes += takenBytes;
    rest = takenBytes < chunk.length ? chunk.subarray(takenBytes) : undefined;
    return rest === undefined;
  };
  const fail = (error: Error): void => {
    failure ??= error;
    wake();
  };
  // What was cut before anybody listened tells it no more.
  if (body.destroyed) fail(closedEarly());
  body.on('data', (chunk: Buffer) => {
    if (!take(chunk)) body.pause();
    wake();
  });
  body.on('end', () => {
    ended = true;
    wake();
  });
  body.on('error', fail);
  body.on('close', () => {
    if (!ended) fail(closedEarly());
  });
  return {
    async next() {
      while (filledBytes === 0) {
        if (failure !== undefined) throw failure;
        if (ended) return undefined;
        await new Promise<void>((resolve) => (wake = resolve));
      }
      const piece = filling.subarray(0, filledBytes);
      [filling, resting] = [resting, filling];
      filledBytes = 0;
      if (rest !== undefined && take(rest)) body.resume();
      return piece;
    },
  };
}

function closedEarly(): Error {
  return Object.assign(new Error('closed before its end'), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
}
