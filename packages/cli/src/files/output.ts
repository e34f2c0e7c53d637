import { mkdir } from 'node:fs/promises';
import { rewriteFile } from '@companion/foundation/node';
import { CliError } from '../command/cli-error.ts';

/**
 * Replaces what a file holds, or makes it, all or nothing: links are followed and stay, mode and owner are kept. `newMode`,
 * less the umask, is for a file that was not there. Throws a `CliError` with the file as it was.
 */
export async function writeOutput(
  path: string,
  data: string | Uint8Array,
  options: { newMode?: number } = {},
): Promise<void> {
  await rewriteFile(path, data, options).catch((cause: unknown) => {
    throw new CliError('not-writable', `companion: ${path}: not changed: ${messageOf(cause)}`, { cause });
  });
}

/** Makes a folder with those above it where they are not there. Throws a `CliError`. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new CliError('not-writable', `companion: ${folder}: ${messageOf(cause)}`, { cause });
  });
}

/** What an error of the file system says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
