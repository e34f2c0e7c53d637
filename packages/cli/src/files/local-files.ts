import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import type { ConfigSource } from '@companion/deepstream/app-config';

/** Configs and label files are far smaller; what is larger, a model or a stream, is never read, only looked for. */
const maxBytes = 16 * 1024 * 1024;

/** Where DeepStream installs itself; without it, this machine is not the one that the configs are for. */
const deepstream = '/opt/nvidia/deepstream';

/**
 * This machine's files, for checks. Of files below one of the `elsewhere` folders nothing is known, as they are on the
 * device only; DeepStream's own folder is one of these where it is not installed. `given` is the content of one path
 * that is not to be read again, as stdin can't be.
 */
export function createLocalFiles(
  elsewhere: readonly string[],
  given: { readonly path: string; readonly bytes: Uint8Array },
): ConfigSource {
  const unknown = [...elsewhere, ...(existsSync(deepstream) ? [] : [deepstream])].map((folder) =>
    posix.resolve(folder),
  );
  const isElsewhere = (path: string) => {
    const absolute = posix.resolve(path);
    return unknown.some((folder) => absolute === folder || absolute.startsWith(folder === '/' ? '/' : `${folder}/`));
  };
  return {
    read: (path) => {
      if (path === given.path) return given.bytes;
      try {
        const known = statSync(path);
        return known.isFile() && known.size <= maxBytes ? readFileSync(path) : undefined;
      } catch {
        return undefined;
      }
    },
    exists: (path) => (path === given.path || existsSync(path) ? true : isElsewhere(path) ? undefined : false),
    real: (path) => {
      try {
        const real = realpathSync(path);
        // What needs no resolving stays as it was named: messages are shorter with relative paths.
        return real === posix.resolve(path) ? path : real;
      } catch {
        return path;
      }
    },
  };
}
