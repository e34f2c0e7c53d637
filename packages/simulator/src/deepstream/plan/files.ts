import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { maxTextBytes } from '@companion/deepstream/app-config';

/** What planning needs of the file system: one look at start, as DeepStream takes one. */
export interface Files {
  /** The text of a file, or why there is none. */
  read(path: string): { readonly text: string } | { readonly reason: string };
  /** Size in bytes of a file; undefined where there is no such file. */
  size(path: string): number | undefined;
  /** The path without symbolic links; an absolute path also where nothing is there. */
  real(path: string): string;
}

/** The real file system. */
export class DiskFiles implements Files {
  read(path: string): { readonly text: string } | { readonly reason: string } {
    try {
      if (statSync(path).size > maxTextBytes) return { reason: `is larger than ${maxTextBytes} bytes` };
      return { text: readFileSync(path, 'utf8') };
    } catch (error) {
      return { reason: reasonOf(error) };
    }
  }

  size(path: string): number | undefined {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() === true ? stat.size : undefined;
  }

  real(path: string): string {
    try {
      // The operating system's own way: it follows a link before the `..` behind it, as DeepStream's realpath(3) does.
      return realpathSync.native(path);
    } catch {
      return tidied(path);
    }
  }
}

/** A path to a file that is not there, as readable as its folder allows. */
function tidied(path: string): string {
  try {
    return join(realpathSync.native(dirname(path)), basename(path));
  } catch {
    return resolve(path);
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'no such file';
    case 'EISDIR':
      return 'is a directory';
    case 'EACCES':
      return 'permission denied';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

/** Resolves a path out of a config file against that file's folder; `configFile` is a real path. */
export function besideConfig(files: Files, configFile: string, value: string): string {
  return files.real(value.startsWith('/') ? value : `${dirname(configFile)}/${value}`);
}

/**
 * Resolves the `uri` of a source: `file:///absolute`, or, as only DeepStream's apps read it, `file://../relative`.
 * Undefined for what is not a file.
 */
export function fileOfUri(files: Files, configFile: string, uri: string): string | undefined {
  if (!uri.startsWith('file://')) return undefined;
  const rest = uri.slice('file://'.length);
  if (!rest.startsWith('/')) return besideConfig(files, configFile, rest);
  try {
    return files.real(fileURLToPath(uri));
  } catch {
    return files.real(rest);
  }
}
