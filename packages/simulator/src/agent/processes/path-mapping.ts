/** A path inside a container and the path outside that stands for it; both absolute, without a slash at the end. */
export interface PathMapping {
  readonly container: string;
  readonly host: string;
}

/** What can't be part of a path here: it ends one, or comes before one, in a shell string, a list or an option. */
const delimiter = /[\s"'`;|&()<>{}[\]:,=*?!$#\\]/;

/**
 * Replaces container paths by host paths wherever one stands in a text: alone, before `/`, in a list (`/a:/b`), as an
 * option's value (`--dir=/a`), as a `file://` URI, inside a shell string. Only at path boundaries: a mapping of
 * `/artifacts` leaves `/artifacts2`, `/artifacts.old`, `/srv/artifacts` and `http://host/artifacts` alone. Of several
 * mappings the longest wins, and what was put in is not looked at again.
 */
export function mapPaths(text: string, mappings: readonly PathMapping[]): string {
  const longestFirst = [...mappings].sort((one, other) => other.container.length - one.container.length);
  let result = '';
  let at = 0;
  while (at < text.length) {
    const mapping = startsPath(text, at) ? longestFirst.find(({ container }) => isAt(text, at, container)) : undefined;
    if (mapping === undefined) {
      result += text.charAt(at);
      at += 1;
    } else {
      result += mapping.host;
      at += mapping.container.length;
    }
  }
  return result;
}

function startsPath(text: string, at: number): boolean {
  if (text.charAt(at) !== '/') return false;
  if (at === 0 || delimiter.test(text.charAt(at - 1))) return true;
  return at >= 7 && text.startsWith('file://', at - 7);
}

function isAt(text: string, at: number, container: string): boolean {
  if (!text.startsWith(container, at)) return false;
  const after = text.charAt(at + container.length);
  return after === '' || after === '/' || delimiter.test(after);
}

/** Makes an absolute path plain: `.` and `..` resolved (never above the root), slashes single, none at the end; `/` stays. */
export function plainPath(path: string): string {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  return `/${kept.join('/')}`;
}
