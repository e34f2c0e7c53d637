/** Whether a value is a URI: a scheme with `:/` behind it. `file:/x` is one, too. */
export function isUri(value: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\//i.test(value);
}

/**
 * The path that a config means by `value`: relative ones start at the config file's own directory, and so does what
 * follows `file://`. Undefined for a URI of another scheme and for an empty value.
 */
export function resolvePath(configPath: string, value: string): string | undefined {
  const file = /^file:(?:\/\/|(?=\/))/i.exec(value);
  const path = file === null ? value : decodePercent(value.slice(file[0].length));
  if (path === '' || isUri(path)) return undefined;
  if (path.startsWith('/')) return normalizePath(path);
  const slash = configPath.lastIndexOf('/');
  return normalizePath(slash < 0 ? path : `${configPath.slice(0, slash)}/${path}`);
}

/** The path without `.`, `..` and doubled slashes; leading `..` of a relative path stay. */
export function normalizePath(path: string): string {
  const absolute = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !absolute) parts.push(part);
  }
  return (absolute ? '/' : '') + parts.join('/') || '.';
}

function decodePercent(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
