import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@companion/edge';

/** The file that the twin names in `zonesFile`, below the release that `current` points at. */
export interface ZonesFile {
  /** As it was read last; undefined where none is named, or it was never there. */
  readonly content: string | undefined;
  /** Reads it again; resolves to whether the content is another. Never rejects. A file that vanishes keeps its last content. */
  read(path: string | null): Promise<boolean>;
}

/** Some tens of thousands of zones. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Makes a reader; `root` is the volume that the artifacts module fills. */
export function createZonesFile({ root, log }: { readonly root: string; readonly log: Log }): ZonesFile {
  let content: string | undefined;
  let known: string | null = null;
  let stamp = '';
  let failing = false;

  async function readNew(path: string): Promise<boolean> {
    const file = join(root, 'current', path);
    const { size, mtimeMs, ino } = await stat(file);
    const next = `${ino} ${mtimeMs} ${size}`;
    if (next === stamp) return false;
    if (size > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`);
    const before = content;
    content = await readFile(file, 'utf8');
    stamp = next;
    return content !== before;
  }

  return {
    get content() {
      return content;
    },
    async read(path) {
      const renamed = path !== known;
      known = path;
      if (renamed) stamp = '';
      if (path === null) {
        const had = content !== undefined;
        content = undefined;
        return had;
      }
      try {
        const changed = await readNew(path);
        failing = false;
        return changed;
      } catch (error) {
        if (!failing || renamed) log.warn({ zonesFile: path, err: error }, 'the zones file can’t be read');
        failing = true;
        return false;
      }
    },
  };
}
