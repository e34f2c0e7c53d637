import { maxTextBytes } from '@companion/deepstream/app-config';
import { parseConfig } from '@companion/deepstream/config-file';
import type { ConfigFile } from '@companion/deepstream/config-file';
import { formatDiagnostic } from '@companion/foundation';
import { CliError } from '../command/cli-error.ts';
import { readInput } from '../files/input.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** A configuration file as it was read. */
export interface ConfigDocument {
  /** As it was named; `-` is stdin. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly file: ConfigFile;
}

/** Reads and parses a configuration file; throws a `CliError` where either can't be done. */
export async function openConfig(path: string, terminal: Terminal): Promise<ConfigDocument> {
  const bytes = await readInput(path, terminal);
  return { path, bytes, file: parseDocument(bytes, path) };
}

/** Parses bytes as the configuration of that name; throws a `CliError`. */
export function parseDocument(bytes: Uint8Array, path: string): ConfigFile {
  if (bytes.length > maxTextBytes) {
    throw new CliError('too-large', `companion: ${path}: larger than ${maxTextBytes} bytes: is it a config?`);
  }
  const parsed = parseConfig(bytes, path);
  if (parsed.ok) return parsed.file;
  const { error } = parsed;
  throw new CliError('not-a-config', formatDiagnostic({ ...error, at: { file: path, ...error.at } }));
}
