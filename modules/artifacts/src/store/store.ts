import { copyFile, link, mkdir, rename, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { hasErrno } from '@companion/foundation/node';
import { failPoint } from '../core/fail-point.ts';
import { flushTree, renameDurably } from '../volume/durable.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { entryPath, freeEntryName, type Entry, type WantedContent } from './entries.ts';
import { removeManifest, withTimes, writeManifest, type Manifest } from './manifest.ts';

/** What came of a download. */
export interface StoredArtifact {
  readonly sha256: string;
  /** The entry's directory. */
  readonly path: string;
  /** Whether that holds what was in an archive, or the download as it came. */
  readonly unpacked: boolean;
}

/** A file as it was written, with its digest. */
export interface WrittenFile {
  readonly path: string;
  readonly sha256: string;
}

/** What is to become an entry. */
export interface Staged extends Pick<Manifest, 'sha256' | 'kind' | 'fileName'> {
  /** The tree, flushed. */
  readonly staging: string;
  readonly files: readonly WrittenFile[];
}

/** Gives a staged, flushed tree its name in the store, after its manifest: an entry is never without one. */
export async function placeInStore(layout: VolumeLayout, staged: Staged): Promise<StoredArtifact> {
  const { staging, sha256, kind, fileName } = staged;
  const name = await freeEntryName(layout, sha256);
  const files = await withTimes(staging, staged.files);
  await writeManifest(layout, name, { format: 1, sha256, kind, fileName, damaged: false, files });
  failPoint('manifest-written');
  const path = entryPath(layout, name);
  try {
    await renameDurably(staging, path);
  } catch (error) {
    await removeManifest(layout, name).catch(() => undefined);
    throw error;
  }
  failPoint('content-placed');
  return { sha256, path, unpacked: kind === 'tree' || kind === 'named' };
}

/** Gives the file of an entry another name, in an entry of its own: what DeepStream writes beside it goes by its name. */
export async function copyUnderName(
  layout: VolumeLayout,
  { path, manifest }: Entry,
  { sha256, fileName }: WantedContent,
): Promise<StoredArtifact> {
  const staging = join(layout.staging, randomUUID());
  await mkdir(staging);
  failPoint('copy-begun');
  try {
    const from = join(path, manifest?.fileName ?? fileName);
    await linkOr(copyFile, from, join(staging, fileName));
    await flushTree(staging);
    failPoint('copy-flushed');
    return await placeInStore(layout, {
      staging,
      sha256,
      kind: manifest?.kind ?? 'file',
      fileName,
      files: [{ path: fileName, sha256 }],
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** What a file system answers that has no hard links (FAT, some network mounts). */
const withoutLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/**
 * A download that is no archive is the entry's only file. It is linked, not moved: a cut before the entry has its name
 * costs the link, which the next start sweeps, and not the download.
 */
export function stageFile(file: string, staging: string, fileName: string): Promise<void> {
  return linkOr(rename, file, join(staging, fileName));
}

async function linkOr(otherwise: (from: string, to: string) => Promise<void>, from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!hasErrno(error, ...withoutLinks)) throw error;
    await otherwise(from, to);
  }
}
