import { createGunzip } from 'node:zlib';
import { ArtifactError } from '../core/artifact-error.ts';
import { badArchive } from './archive-failure.ts';
import type { StreamUnpacker } from './unpacker.ts';

/** Room between the stages: enough that network, inflating and writing overlap, little enough for a small device. */
const options = { chunkSize: 256 * 1024, readableHighWaterMark: 512 * 1024, writableHighWaterMark: 256 * 1024 };

/** Inflates in the thread pool and hands on what comes out; `inner` is backed up by `write` waiting. */
export function createGzipUnpacker(inner: StreamUnpacker, name: string): StreamUnpacker {
  const gunzip = createGunzip(options);
  let receivedBytes = 0;
  let failure: unknown;
  const inflated = (async () => {
    try {
      for await (const chunk of gunzip) await inner.write(chunk as Buffer);
      // zlib stops at the first byte that is no gzip member, and says nothing.
      if (gunzip.bytesWritten < receivedBytes) throw badArchive(name, 'has garbage after its end');
      await inner.end();
    } catch (error) {
      failure = asFailure(error, name);
    }
  })();
  const check = (): void => {
    if (failure !== undefined) throw failure as Error;
  };
  return {
    async write(chunk) {
      check();
      receivedBytes += chunk.length;
      // Until it is inflated, not just until there is room: the bytes are the caller's again then.
      await new Promise<void>((resolve) => {
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
      check();
    },
    async end() {
      check();
      gunzip.end();
      await inflated;
      check();
    },
    async destroy() {
      gunzip.destroy();
      await inflated;
      await inner.destroy();
    },
  };
}

function asFailure(error: unknown, name: string): unknown {
  if (error instanceof ArtifactError || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return code.startsWith('Z_') ? badArchive(name, `is no sound gzip file (${code})`, error) : error;
}
