import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '@companion/foundation/node';
import { readSupervisorStatus, type SupervisorStatus } from '../activation/activators/supervisor-status.ts';
import { readSavedState } from '../activation/control-store.ts';
import { freeBytesOf } from '../volume/space.ts';
import type { Activation, Rejection } from '../domain/control.ts';
import { initialControl } from '../domain/control.ts';
import type { ActivatorKind } from '../domain/activator-kinds.ts';
import type { Release } from '../domain/release.ts';
import { readRelease } from '../release/read-release.ts';
import { checkTree, type Damage } from '../store/damage.ts';
import { digestOfEntry, entryPath } from '../store/entries.ts';
import { readManifest } from '../store/manifest.ts';
import { volumeLayout, type VolumeLayout } from '../volume/layout.ts';
import type { LockHolder } from '../volume/lock-socket.ts';
import { readLockHolder } from '../volume/lock.ts';
import { partialDigestOf } from '../volume/partial-files.ts';
import { readCurrent } from '../release/published.ts';

/** What a volume says of itself, with no module running. */
export interface VolumeStatus {
  /** The release that `current` names; undefined before the first. */
  readonly current: string | undefined;
  readonly releases: readonly ReleaseStatus[];
  /** The release last proven healthy. */
  readonly active: string | undefined;
  /** The one proven before that. */
  readonly previous: string | undefined;
  readonly rejected: readonly Rejection[];
  readonly activation: Activation;
  /** Who writes to the volume now; undefined where nobody does. */
  readonly holder: LockHolder | undefined;
  /** How the last release was activated. */
  readonly activateBy: ActivatorKind | undefined;
  /** Undefined where no supervisor ever ran. */
  readonly supervisor: SupervisorStatus | undefined;
  readonly store: { readonly entries: number; readonly sizeBytes: number };
  /** Delivered files that are not as they were written, by size and time; none are read. */
  readonly damage: readonly Damage[];
  /** Downloads that were begun. */
  readonly partial: readonly { readonly sha256: string; readonly sizeBytes: number }[];
  readonly freeBytes: number;
}

/** One directory below `releases/`. */
export interface ReleaseStatus {
  readonly id: string;
  /** Undefined where it was never finished, or can't be read. */
  readonly release: Release | undefined;
  /** Names of its artifacts that are not in the store: it can't run. */
  readonly missing: readonly string[];
}

/** Reads a volume and writes nothing. Undefined where `root` is none; rejects with the file system's errors. */
export async function readVolumeStatus(root: string): Promise<VolumeStatus | undefined> {
  const layout = volumeLayout(root);
  const ids = await namesIn(layout.releases);
  if (ids === undefined) return undefined;
  const stored = (await namesIn(layout.store)) ?? [];
  const copies = (await namesIn(layout.copies)) ?? [];
  const known = new Set([...stored, ...copies].map(digestOfEntry));
  const saved = await readSavedState(layout);
  const { active, previous, rejected, activation } = saved?.control ?? initialControl;
  const releases = ids.toSorted().map(async (id): Promise<ReleaseStatus> => {
    const release = await readRelease(layout, id).catch(() => undefined);
    const missing = (release?.artifacts ?? []).filter(({ kind, sha256 }) => kind !== 'config' && !known.has(sha256));
    return { id, release, missing: missing.map(({ name }) => name) };
  });
  const partial = ((await namesIn(layout.partial)) ?? []).flatMap((name) => {
    const sha256 = name.endsWith('.part') ? partialDigestOf(name) : undefined;
    return sha256 === undefined ? [] : [{ sha256, file: join(layout.partial, name) }];
  });
  return {
    current: await readCurrent(layout),
    releases: await Promise.all(releases),
    active,
    previous,
    rejected,
    activation,
    holder: await readLockHolder(root),
    activateBy: saved?.spec?.by,
    supervisor: await readSupervisorStatus(layout.supervisorStatus),
    store: {
      entries: stored.length + copies.length,
      sizeBytes: (await sizeOf(layout.store)) + (await sizeOf(layout.copies)),
    },
    damage: await damageOf(layout, [...stored, ...copies]),
    partial: await Promise.all(partial.map(async ({ sha256, file }) => ({ sha256, sizeBytes: await sizeOf(file) }))),
    freeBytes: await freeBytesOf(root),
  };
}

async function damageOf(layout: VolumeLayout, names: readonly string[]): Promise<Damage[]> {
  const damage: Damage[] = [];
  for (const name of names) {
    const manifest = await readManifest(layout, name);
    if (manifest === undefined) continue;
    const directory = entryPath(layout, name);
    const found = await checkTree({ name, directory, manifest, deep: false });
    damage.push(...found.damage);
    if (manifest.damaged && found.damage.length === 0) damage.push({ name, path: '', reason: 'was found damaged' });
  }
  return damage;
}

async function namesIn(directory: string): Promise<string[] | undefined> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Bytes of all files below; what goes away meanwhile counts nothing. */
async function sizeOf(path: string): Promise<number> {
  try {
    const stats = await lstat(path);
    if (stats.isFile()) return stats.size;
    let sizeBytes = 0;
    if (stats.isDirectory()) for (const name of await readdir(path)) sizeBytes += await sizeOf(join(path, name));
    return sizeBytes;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return 0;
    throw error;
  }
}
