/** A path that is safe to create, or why it is not. */
export type EntryPath =
  { readonly ok: true; readonly parts: readonly string[] } | { readonly ok: false; readonly reason: string };

/** ext4, overlayfs and tmpfs all end here. */
const maxPartBytes = 255;
/** PATH_MAX is 4096 with the volume's own path in front. */
const maxPathBytes = 2048;
const maxDepth = 64;

/** Checks the path of an archive's entry. An empty list of parts is the archive's own root (`./`). */
export function checkEntryPath(path: string): EntryPath {
  const refused = (why: string): EntryPath => ({
    ok: false,
    reason: `entry ${JSON.stringify(path.slice(0, 200))} ${why}`,
  });
  if (/[\0-\x1f\x7f]/.test(path)) return refused('has a control character in its name');
  if (path.includes('�')) return refused('has a name that is not UTF-8');
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return refused('has an absolute path');
  if (path.includes('\\')) return refused('has a backslash in its name');
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return refused("leaves the archive's own folder");
  if (Buffer.byteLength(path) > maxPathBytes || parts.some((part) => Buffer.byteLength(part) > maxPartBytes)) {
    return refused('has too long a name');
  }
  if (parts.length > maxDepth) return refused('is nested too deep');
  return { ok: true, parts };
}
