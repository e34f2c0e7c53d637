import { diagnose, type ConfigDiagnostic } from './config-diagnostic.ts';
import type { ConfigSource } from './config-source.ts';
import type { Reference, ReferenceKind } from './reference.ts';

/** Configs, label files and lists of sources are far smaller; what is larger is a model or a stream, named by mistake. */
export const maxTextBytes = 4 * 1024 * 1024;

/** Of all files that one config leads to. */
const maxTotalBytes = 64 * 1024 * 1024;

/** What is read; the others are only looked for, whatever their size. */
const textKinds: ReadonlySet<ReferenceKind> = new Set(['config', 'labels', 'sources']);

/** A source that reads no file beyond the limits, and knows which ones it did not read. */
export class BoundedSource implements ConfigSource {
  readonly #source: ConfigSource;
  /** Sizes in bytes by path. */
  readonly #tooLarge = new Map<string, number>();
  #readBytes = 0;

  constructor(source: ConfigSource) {
    this.#source = source;
  }

  read(path: string): Uint8Array | undefined {
    const sizeBytes = this.#source.sizeBytes?.(path) ?? 0;
    const bytes = this.#fits(path, sizeBytes) ? this.#source.read(path) : undefined;
    // What grew meanwhile, and sources that know no sizes.
    if (bytes === undefined || !this.#fits(path, bytes.length)) return undefined;
    this.#readBytes += bytes.length;
    return bytes;
  }

  exists(path: string): boolean | undefined {
    return this.#source.exists(path);
  }

  isDirectory(path: string): boolean {
    return this.#source.isDirectory?.(path) === true;
  }

  /** A source that does not know knows at least what is not there. */
  writable(directory: string): boolean | undefined {
    const source = this.#source;
    return source.writable === undefined ? source.exists(directory) : source.writable(directory);
  }

  real(path: string): string {
    return this.#source.real?.(path) ?? path;
  }

  isTooLarge(path: string): boolean {
    return this.#tooLarge.has(path);
  }

  /** A finding for each line that names a file which was not read. */
  *findings(path: string, references: readonly Reference[]): Generator<ConfigDiagnostic> {
    const own = this.#tooLarge.get(path);
    if (own !== undefined) yield diagnose('error', 'too-large', { file: path, line: 1 }, tooLargeText(path, own));
    for (const { kind, path: named, group, key, from, line } of references) {
      if (!textKinds.has(kind)) continue;
      const sizeBytes = named === undefined ? undefined : this.#tooLarge.get(named);
      if (named === undefined || sizeBytes === undefined) continue;
      const place = group === '' ? key : `[${group}] ${key}`;
      yield diagnose('error', 'too-large', { file: from, line }, `${place}: ${tooLargeText(named, sizeBytes)}`);
    }
  }

  #fits(path: string, sizeBytes: number): boolean {
    if (sizeBytes <= maxTextBytes && this.#readBytes + sizeBytes <= maxTotalBytes) return true;
    this.#tooLarge.set(path, sizeBytes);
    return false;
  }
}

function tooLargeText(path: string, sizeBytes: number): string {
  return sizeBytes > maxTextBytes
    ? `${path} has ${sizeBytes} bytes, and a text file may have ${maxTextBytes}: is it the right file?`
    : `${path} is one too many: all files that a config names may have ${maxTotalBytes} bytes`;
}
