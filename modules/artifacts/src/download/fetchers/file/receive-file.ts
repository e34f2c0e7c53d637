import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArtifactError } from '../../../core/artifact-error.ts';
import { artifactTooLarge, sizeMismatch, type Where } from '../../transfer/download-failure.ts';
import type { Landing } from '../../transfer/landing.ts';

interface ReceiveFileOptions {
  readonly where: Where;
  readonly url: string;
  readonly importDirectory: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly maxBytes: number;
  readonly landing: Landing;
  readonly signal: AbortSignal;
  readonly onTotal: (totalBytes: number) => Promise<void>;
  readonly onBytes: (totalBytes: number) => void;
}

const chunkBytes = 512 * 1024;

/** Copies a file from the import directory (a USB stick, a factory's share). Rejects with `IMPORT_REFUSED` for any other place. */
export async function receiveFile(options: ReceiveFileOptions): Promise<void> {
  const { where, landing, sizeBytes, maxBytes, signal } = options;
  const path = await importPath(options);
  const { size: totalBytes } = await stat(path);
  if (sizeBytes !== undefined && totalBytes !== sizeBytes) throw sizeMismatch(where, sizeBytes, totalBytes);
  if (totalBytes > maxBytes) throw artifactTooLarge(where, maxBytes, totalBytes);
  await landing.startOver();
  await options.onTotal(totalBytes);
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
    signal.throwIfAborted();
    // The stick's file may still be growing.
    if (landing.receivedBytes + (chunk as Buffer).length > maxBytes)
      throw artifactTooLarge(where, maxBytes, maxBytes + 1);
    await landing.write(chunk as Buffer);
    options.onBytes(totalBytes);
  }
}

async function importPath({ where, url, importDirectory }: ReceiveFileOptions): Promise<string> {
  if (importDirectory === undefined) throw refused(where, 'this device has no import directory', false);
  let asked: string;
  try {
    asked = fileURLToPath(url);
  } catch (cause) {
    throw refused(where, 'is no path on this device', false, cause);
  }
  try {
    const [root, path] = await Promise.all([realpath(importDirectory), realpath(asked)]);
    // Links have been followed: where they lead is what counts.
    if (path.startsWith(root + sep) && (await stat(path)).isFile()) return path;
  } catch (cause) {
    throw refused(where, 'is not there', true, cause);
  }
  throw refused(where, 'is not a file in the import directory', false);
}

/** `retryable`: a stick may yet be put in. */
function refused(where: Where, why: string, retryable: boolean, cause?: unknown): ArtifactError {
  return new ArtifactError('IMPORT_REFUSED', `${where.name}: ${where.url} ${why}`, {
    retryable,
    facts: { url: where.url },
    cause,
  });
}
