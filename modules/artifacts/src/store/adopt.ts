import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@companion/edge';
import { failPoint } from '../core/fail-point.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { sha256OfFile } from './damage.ts';
import { digestOfEntry, entryNames, entryPath } from './entries.ts';
import { readManifest, withTimes, writeManifest } from './manifest.ts';

/** What DeepStream and TensorRT write beside a model: not part of the content. */
const writtenByDeepStream = /\.(?:engine|plan|cache)$/;

/**
 * Gives entries of a version without manifests one, once, and says so: from then on their sizes are known, and their
 * digests once the scrub has read them. An entry of one file that has the digest of the download is that file.
 */
export async function adoptEntries(layout: VolumeLayout, log: Log): Promise<void> {
  const adopted: string[] = [];
  for (const name of await entryNames(layout)) {
    if ((await readManifest(layout, name)) !== undefined) continue;
    const directory = entryPath(layout, name);
    const sha256 = digestOfEntry(name);
    const paths = (await filesBelow(directory)).filter((path) => !writtenByDeepStream.test(path));
    const [only = ''] = paths;
    const plain = paths.length === 1 && !only.includes('/') && (await sha256OfFile(join(directory, only))) === sha256;
    const files = await withTimes(
      directory,
      paths.map((path) => ({ path, ...(plain ? { sha256 } : {}) })),
    );
    const kind = plain ? 'file' : 'tree';
    await writeManifest(layout, name, { format: 1, sha256, kind, fileName: plain ? only : '', damaged: false, files });
    failPoint('entry-adopted');
    adopted.push(name);
  }
  if (adopted.length > 0) log.info({ entries: adopted }, 'entries of an earlier version were adopted as they are');
}

/** Paths of all files below, in the order of their names. */
export async function filesBelow(directory: string, prefix = ''): Promise<string[]> {
  const paths: string[] = [];
  for (const name of (await readdir(join(directory, prefix))).sort()) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const stats = await lstat(join(directory, path));
    if (stats.isDirectory()) paths.push(...(await filesBelow(directory, path)));
    else if (stats.isFile()) paths.push(path);
  }
  return paths;
}
