import { readFile, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { checkAppConfig } from '@companion/deepstream/app-config';
import { folderOfKind, type Release } from '../domain/release.ts';
import { filesBelow } from '../store/adopt.ts';
import { checkTree, sha256OfFile, type Damage } from '../store/damage.ts';
import { findEntry, type Entry } from '../store/entries.ts';
import { manifestOfRelease, readManifest, withTimes, writeManifest, type Manifest } from '../store/manifest.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { filesOf } from './preflight.ts';
import { releaseFile } from './published.ts';
import { readDescription } from './read-release.ts';

/** What the files of a release are, with its description; links have no content of their own. */
export async function describeFiles(directory: string): Promise<Manifest> {
  const files = await Promise.all(
    (await filesBelow(directory)).map(async (path) => ({ path, sha256: await sha256OfFile(join(directory, path)) })),
  );
  const description = await readFile(join(directory, releaseFile), 'utf8');
  const timed = await withTimes(directory, files);
  return { format: 1, sha256: '', kind: 'tree', fileName: '', damaged: false, files: timed, description };
}

/** What of a published release is not as it was published, or leads to content that is not sound. */
export async function findReleaseDamage(
  layout: VolumeLayout,
  release: Release,
  entries: readonly Entry[],
): Promise<Damage[]> {
  const directory = join(layout.releases, release.id);
  const name = release.id;
  let manifest = await readManifest(layout, manifestOfRelease(name));
  if (manifest === undefined) {
    if ((await readDescription(join(directory, releaseFile))) === undefined) {
      return [{ name, path: releaseFile, reason: 'can not be read' }];
    }
    // Of a version without manifests: as it is now.
    manifest = await describeFiles(directory);
    await writeManifest(layout, manifestOfRelease(name), manifest);
  }
  const { damage } = await checkTree({ name, directory, manifest, deep: false });
  const broken: Damage[] = [];
  for (const artifact of release.artifacts) {
    if (artifact.kind === 'config') continue;
    const path = join(folderOfKind[artifact.kind], artifact.name);
    const target = await readlink(join(directory, path)).catch(() => undefined);
    const place = target === undefined ? undefined : resolve(dirname(join(directory, path)), target);
    const linked = entries.filter((entry) => entry.path === place);
    if (findEntry(linked, artifact) !== undefined) continue;
    const reason = target === undefined ? 'is no link any more' : 'leads to content that is missing or damaged';
    broken.push({ name, path, reason });
  }
  return [...damage, ...broken];
}

/** Whether DeepStream reads any of these paths of a release by way of its config. */
export function usesAny(layout: VolumeLayout, release: Release, paths: readonly string[]): boolean {
  if (release.config === undefined) return false;
  const directory = join(layout.releases, release.id);
  const path = join(directory, release.config);
  const { references, configs } = checkAppConfig({ path, files: filesOf(directory, layout.root) });
  const read = [path, ...configs.map((one) => one.path), ...references.flatMap((one) => one.path ?? [])];
  return paths.some((inside) => {
    const changed = join(directory, inside);
    return read.some((one) => one === changed || one.startsWith(`${changed}/`));
  });
}
