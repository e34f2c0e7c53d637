import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import type { ConfigSource } from '@companion/deepstream/app-config';

/** Where DeepStream installs itself; without it, this machine is not the one that the configs are for. */
const deepstreamFolder = '/opt/nvidia/deepstream';

/** The content of one path that is not to be read again, as stdin can't be. */
export interface GivenFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** This machine's files, for checks. */
export class LocalFiles implements ConfigSource {
  readonly #given: GivenFile;
  /** Folders that only the device has, as absolute paths: of files below them nothing is known. */
  readonly #elsewhere: readonly string[];

  /** DeepStream's own folder is elsewhere, too, where it is not installed. */
  constructor(elsewhere: readonly string[], given: GivenFile) {
    const folders = existsSync(deepstreamFolder) ? elsewhere : [...elsewhere, deepstreamFolder];
    this.#elsewhere = folders.map((folder) => posix.resolve(folder));
    this.#given = given;
  }

  read(path: string): Uint8Array | undefined {
    if (path === this.#given.path) return this.#given.bytes;
    try {
      return statSync(path).isFile() ? readFileSync(path) : undefined;
    } catch {
      return undefined;
    }
  }

  sizeBytes(path: string): number | undefined {
    if (path === this.#given.path) return this.#given.bytes.length;
    return existsSync(path) ? statSync(path, { throwIfNoEntry: false })?.size : undefined;
  }

  exists(path: string): boolean | undefined {
    if (path === this.#given.path || existsSync(path)) return true;
    return this.#isElsewhere(path) ? undefined : false;
  }

  isDirectory(path: string): boolean {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  }

  /** Relative ones are seen from here, as if DeepStream were started here. */
  writable(directory: string): boolean | undefined {
    try {
      accessSync(directory, constants.W_OK);
      return true;
    } catch {
      return this.#isElsewhere(directory) ? undefined : false;
    }
  }

  /** What needs no resolving stays as it was named: messages are shorter with relative paths. */
  real(path: string): string {
    try {
      const real = realpathSync(path);
      return real === posix.resolve(path) ? path : real;
    } catch {
      return path;
    }
  }

  #isElsewhere(path: string): boolean {
    const absolute = posix.resolve(path);
    return this.#elsewhere.some(
      (folder) => absolute === folder || absolute.startsWith(folder === '/' ? '/' : `${folder}/`),
    );
  }
}
