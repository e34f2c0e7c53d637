import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { VolumeLayout } from '../volume/layout.ts';
import { readManifest, type Manifest } from './manifest.ts';

/** A directory with the content of a download. */
export interface Entry {
  /** The digest for the first of it; `<digest>.<n>` for others: the same file under another name, or fetched again. */
  readonly name: string;
  readonly sha256: string;
  readonly path: string;
  /** Undefined for one that was not adopted yet. */
  readonly manifest: Manifest | undefined;
}

/** Content that a release needs. */
export interface WantedContent {
  readonly sha256: string;
  /** The name that a download which is no archive has in the release. */
  readonly fileName: string;
  /** An archive is unpacked unless this is `none`. */
  readonly unpack?: 'auto' | 'none' | undefined;
}

const entryName = /^([0-9a-f]{64})(?:\.\d+)?$/;

/** The digest that an entry of this name has the content of. */
export function digestOfEntry(name: string): string {
  return entryName.exec(name)?.[1] ?? name;
}

/** The first of a digest stands in `store/`, where older versions look for it, all others in `copies/`. */
export function entryPath(layout: VolumeLayout, name: string): string {
  return join(name.includes('.') ? layout.copies : layout.store, name);
}

/** Names of all entries: one gets its name only after it was verified, unpacked and flushed. */
export async function entryNames(layout: VolumeLayout): Promise<string[]> {
  return [...(await readdir(layout.store)), ...(await readdir(layout.copies))];
}

export async function listEntries(layout: VolumeLayout): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const name of await entryNames(layout)) {
    const manifest = await readManifest(layout, name);
    entries.push({ name, sha256: digestOfEntry(name), path: entryPath(layout, name), manifest });
  }
  return entries;
}

/** The entry that has wanted content under its name; undefined where it is to be fetched or copied. */
export function findEntry(entries: readonly Entry[], wanted: WantedContent): Entry | undefined {
  return soundOf(entries, wanted.sha256).find(({ manifest }) => {
    if (wanted.unpack === 'none') return isOneFile(manifest) && manifest?.fileName === wanted.fileName;
    if (manifest === undefined || manifest.kind === 'tree') return true;
    return manifest.kind !== 'packed' && manifest.fileName === wanted.fileName;
  });
}

/** A sound entry with the same file under another name. */
export function findSameFile(entries: readonly Entry[], { sha256, unpack }: WantedContent): Entry | undefined {
  return soundOf(entries, sha256).find(({ manifest }) =>
    unpack === 'none' ? isOneFile(manifest) : manifest?.kind === 'file',
  );
}

/** Whether an entry holds the download as it came. */
export function isOneFile(manifest: Manifest | undefined): boolean {
  return manifest?.kind === 'file' || manifest?.kind === 'packed';
}

/** A name that no entry of a digest has. */
export async function freeEntryName(layout: VolumeLayout, sha256: string): Promise<string> {
  const taken = new Set(await entryNames(layout));
  if (!taken.has(sha256)) return sha256;
  for (let number = 2; ; number++) if (!taken.has(`${sha256}.${number}`)) return `${sha256}.${number}`;
}

function soundOf(entries: readonly Entry[], sha256: string): Entry[] {
  return entries.filter((entry) => entry.sha256 === sha256 && entry.manifest?.damaged !== true);
}
