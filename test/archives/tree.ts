import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Files below a folder by their paths, with their contents as Latin-1, and directories with a slash at the end. */
export async function treeOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry): Promise<[string, string]> => {
      const path = join(entry.parentPath, entry.name);
      const shown = relative(folder, path);
      if (entry.isDirectory()) return [`${shown}/`, ''];
      return [shown, entry.isFile() ? await readFile(path, 'latin1') : 'neither file nor directory'];
    }),
  );
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
