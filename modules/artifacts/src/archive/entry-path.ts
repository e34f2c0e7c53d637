import { clip } from '@companion/foundation';

/** A path that is safe to create, without what means nothing in it (`../store/`, `//`), or why it is not. */
export type EntryPath = { readonly ok: true; readonly path: string } | { readonly ok: false; readonly reason: string };

/** ext4, overlayfs and tmpfs all end here. */
const maxPartBytes = 255;
/** PATH_MAX is 4096 with the volume's own path in front. */
const maxPathBytes = 2048;
const maxDepth = 64;

/** As nearly all are: nothing in them can be refused, and looking for every fault takes its time. */
const plainPath = /^(?:\w[\w. -]*\/)*\w[\w. -]*$/;
/** So few are neither too long nor too deep. */
const plainPathChars = 2 * maxDepth - 1;

/** Checks the path of an archive's entry. An empty path is the archive's own root (`../store/`). */
export function checkEntryPath(path: string): EntryPath {
  return path.length <= plainPathChars && plainPath.test(path) ? { ok: true, path } : checkUnusualPath(path);
}

/** The same for paths that are one on some file systems: they differ in case, or in how an accent is written. */
export function foldedPath(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** A path as messages show it. */
export function shownPath(path: string): string {
  return JSON.stringify(clip(path, 200));
}

/**
 * Whether an entry is what macOS keeps beside a file: attributes and resource forks in `._<name>` or below `__MACOSX/`
 * (AppleDouble, RFC 1740). No tool on Linux reads them, and they are not unpacked.
 */
export function isAppleDouble(path: string): boolean {
  return /(?:^|\/)(?:__MACOSX(?:\/|$)|\._[^/]*$)/.test(path);
}

function checkUnusualPath(path: string): EntryPath {
  const refused = (why: string): EntryPath => ({
    ok: false,
    reason: `entry ${shownPath(path)} ${why}`,
  });
  if (/[\0-\x1f\x7f-\x9f]/.test(path)) return refused('has a control character in its name');
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return refused('has an absolute path');
  if (path.includes('\\')) return refused('has a backslash in its name');
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return refused("leaves the archive's own folder");
  if (Buffer.byteLength(path) > maxPathBytes || parts.some((part) => Buffer.byteLength(part) > maxPartBytes)) {
    return refused('has too long a name');
  }
  if (parts.length > maxDepth) return refused('is nested too deep');
  return { ok: true, path: parts.join('/') };
}
