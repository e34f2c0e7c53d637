import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '@companion/foundation';
import { hasErrno } from '@companion/foundation/node';
import * as z from 'zod';
import { replaceFileDurably } from '../volume/durable.ts';
import type { VolumeLayout } from '../volume/layout.ts';

/** One file as it was written. */
export interface ManifestFile {
  /** Inside the tree. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Milliseconds since 1970; another one is a reason to look, not damage. */
  readonly mtimeMs: number;
  /** Undefined for what a version without manifests wrote: only its size is known. */
  readonly sha256?: string | undefined;
}

/** What must be in a store entry or a release. Files that it does not name are DeepStream's own, and nobody judges them. */
export interface Manifest {
  readonly format: 1;
  /** Of the download; empty for a release. */
  readonly sha256: string;
  /**
   * `file` is a download that is no archive, under the name it had; `packed` the same of an archive that the twin wants as
   * one file. `tree` is an archive's content. In `named`, the names inside follow that of the download.
   */
  readonly kind: 'tree' | 'file' | 'named' | 'packed';
  /** The download's. */
  readonly fileName: string;
  /** Seen to be damaged: no release is made of it any more. */
  readonly damaged: boolean;
  readonly files: readonly ManifestFile[];
  /** Of a release: the text of its release.json. */
  readonly description?: string | undefined;
}

const schema = z.object({
  format: z.literal(1),
  sha256: z.string(),
  kind: z.enum(['tree', 'file', 'named', 'packed']),
  fileName: z.string(),
  damaged: z.boolean(),
  files: z.array(
    z.object({ path: z.string(), sizeBytes: z.number(), mtimeMs: z.number(), sha256: z.string().optional() }),
  ),
  description: z.string().optional(),
});

/** The manifest's name of a release; a store entry's is the entry's own. */
export function manifestOfRelease(id: string): string {
  return `release-${id}`;
}

/** Undefined where there is none, or none that can be read. */
export async function readManifest(layout: VolumeLayout, name: string): Promise<Manifest | undefined> {
  try {
    return schema.safeParse(parseJson(await readFile(pathOf(layout, name), 'utf8'))).data;
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'EISDIR', 'EIO')) return undefined;
    throw error;
  }
}

export async function writeManifest(layout: VolumeLayout, name: string, manifest: Manifest): Promise<void> {
  await replaceFileDurably(pathOf(layout, name), `${JSON.stringify(manifest)}\n`);
}

export async function removeManifest(layout: VolumeLayout, name: string): Promise<void> {
  await rm(pathOf(layout, name), { force: true });
}

/** With size and time as they are on the disk now. */
export async function withTimes(
  directory: string,
  files: readonly { readonly path: string; readonly sha256?: string | undefined }[],
): Promise<ManifestFile[]> {
  const timed: ManifestFile[] = [];
  for (const { path, sha256 } of files) {
    const { size, mtimeMs } = await stat(join(directory, path));
    timed.push({ path, sizeBytes: size, mtimeMs, sha256 });
  }
  return timed;
}

function pathOf({ manifests }: VolumeLayout, name: string): string {
  return join(manifests, `${name}.json`);
}
