import { createGunzip } from 'node:zlib';
import { ArtifactError } from '../core/artifact-error.ts';
import { badArchive } from './archive-failure.ts';
import type { StreamUnpacker } from './unpacker.ts';

/** Room between the stages: enough that network, inflating and writing overlap, little enough for a small device. */
const options = { chunkSize: 256 * 1024, readableHighWaterMark: 512 * 1024, writableHighWaterMark: 256 * 1024 };

/** Inflates in the thread pool and hands on what comes out; what is behind it is waited for by `write`. */
export class GzipUnpacker implements StreamUnpacker {
  readonly #inner: StreamUnpacker;
  /** The artifact's, for errors. */
  readonly #name: string;
  readonly #gunzip = createGunzip(options);
  /** Resolves when all that was inflated is unpacked, or when that failed. */
  #inflating: Promise<void> | undefined;
  #receivedBytes = 0;
  /** So many of the last bytes received are zeros. */
  #trailingZeros = 0;
  #failure: unknown;

  constructor(inner: StreamUnpacker, name: string) {
    this.#inner = inner;
    this.#name = name;
  }

  async write(chunk: Buffer): Promise<void> {
    void this.#begin();
    this.#check();
    this.#receivedBytes += chunk.length;
    const zeros = trailingZerosOf(chunk);
    this.#trailingZeros = zeros === chunk.length ? this.#trailingZeros + zeros : zeros;
    await this.#inflate(chunk);
    this.#check();
  }

  async end(): Promise<void> {
    const inflated = this.#begin();
    this.#check();
    this.#gunzip.end();
    await inflated;
    this.#check();
    // zlib stops at the first byte that is no gzip member, and says nothing. Tapes and block devices fill up with zeros.
    const leftBytes = this.#receivedBytes - this.#gunzip.bytesWritten;
    if (leftBytes > this.#trailingZeros) throw badArchive(this.#name, 'has garbage after its end');
  }

  async destroy(): Promise<void> {
    this.#gunzip.destroy();
    await this.#inflating;
    await this.#inner.destroy();
  }

  #begin(): Promise<void> {
    this.#inflating ??= this.#unpackInflated();
    return this.#inflating;
  }

  async #unpackInflated(): Promise<void> {
    try {
      for await (const chunk of this.#gunzip) await this.#inner.write(chunk as Buffer);
      await this.#inner.end();
    } catch (error) {
      this.#failure = asFailure(error, this.#name);
    }
  }

  /** Until it is inflated, not just until there is room: the bytes are the caller's again then. */
  #inflate(chunk: Buffer): Promise<void> {
    const gunzip = this.#gunzip;
    return new Promise<void>((resolve) => {
      const go = (): void => {
        gunzip.off('close', go).off('end', go);
        resolve();
      };
      if (gunzip.destroyed || gunzip.readableEnded) {
        resolve();
        return;
      }
      gunzip.once('close', go).once('end', go);
      gunzip.write(chunk, go);
    });
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure as Error;
  }
}

function trailingZerosOf(chunk: Buffer): number {
  let at = chunk.length;
  while (at > 0 && chunk[at - 1] === 0) at -= 1;
  return chunk.length - at;
}

function asFailure(error: unknown, name: string): unknown {
  if (error instanceof ArtifactError || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return code.startsWith('Z_') ? badArchive(name, `is no sound gzip file (${code})`, error) : error;
}
