/** Where configs and the files that they name come from; paths are POSIX, as in DeepStream's container. */
export interface ConfigSource {
  /** The bytes of a file; undefined where there is none. */
  read(path: string): Uint8Array | undefined;
  /** So that what is too large is not read; undefined where it can't be known. */
  sizeBytes?(path: string): number | undefined;
  /** Whether a file is there; undefined where that can't be known, as for what only DeepStream's container holds. */
  exists(path: string): boolean | undefined;
  /** Whether a directory is there, where every reference means a file; without it, none is. */
  isDirectory?(path: string): boolean;
  /**
   * Whether a directory is there that DeepStream can write into, as a config names it: relative ones start where the app
   * is started. Undefined where that can't be known.
   */
  writable?(directory: string): boolean | undefined;
  /** The path without symbolic links: DeepStream resolves what a config names against the config's real place. */
  real?(path: string): string;
}
