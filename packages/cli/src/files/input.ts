import { createReadStream } from 'node:fs';
import { CliError } from '../command/cli-error.ts';
import type { CliErrorCode } from '../command/cli-error.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { messageOf } from './output.ts';

/** Far beyond any config, and some hours of messages; without a limit `/dev/zero` would fill the memory. */
const maxBytes = 256 * 1024 * 1024;

/** All bytes of a file, or of stdin for `-`. */
export async function readInput(path: string, terminal: Terminal): Promise<Uint8Array> {
  const stream = path === '-' ? terminal.stdin : createReadStream(path);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > maxBytes) throw new CliError('too-large', `companion: ${path}: larger than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof CliError ? error : readError(path, error);
  }
  return Buffer.concat(chunks);
}

/** The text of a file, or of stdin for `-`, without a byte order mark. */
export async function readText(path: string, terminal: Terminal): Promise<string> {
  return new TextDecoder().decode(await readInput(path, terminal));
}

const readErrors: Readonly<Record<string, readonly [CliErrorCode, string]>> = {
  ENOENT: ['not-found', 'no such file'],
  ENOTDIR: ['not-found', 'no such file'],
  EISDIR: ['not-a-file', 'a directory'],
  EACCES: ['not-readable', 'permission denied'],
  EPERM: ['not-readable', 'permission denied'],
};

function readError(path: string, cause: unknown): CliError {
  const { code = '' } = cause as NodeJS.ErrnoException;
  const [kind, text] = readErrors[code] ?? ['not-readable', messageOf(cause)];
  return new CliError(kind, `companion: ${path}: ${text}`, { cause });
}
