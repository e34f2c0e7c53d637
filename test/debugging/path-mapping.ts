import { isAbsolute, join, relative } from 'node:path';

/** `remoteRoot` and `localRoot` of a launch configuration: where a folder of this machine lies for the debugged process. */
export interface PathMapping {
  readonly remoteRoot: string;
  readonly localRoot: string;
}

/** The path on this machine of a path of the debugged process; a path outside of the mapping stays as it is. */
export function localPath(path: string, { remoteRoot, localRoot }: PathMapping): string {
  const inside = relative(remoteRoot, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : join(localRoot, inside);
}
