import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hasErrno, syncDirectory } from '@companion/foundation/node';
import type { Log } from '@companion/edge';
import * as z from 'zod';
import { failPoint } from '../core/fail-point.ts';
import { entryPath, listEntries } from '../store/entries.ts';
import { manifestOfRelease, removeManifest } from '../store/manifest.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { partialDigestOf, partialFiles } from '../volume/partial-files.ts';
import type { Undeletable } from '../volume/undeletable.ts';
import { linkedEngines } from './kept-engines.ts';
import { releaseFile } from './published.ts';
import {
  planGarbage,
  type FoundEntry,
  type FoundPartial,
  type GarbagePlan,
  type KeptRelease,
} from '../domain/garbage-plan.ts';
import { freeBytesOf } from '../volume/space.ts';

interface GarbageOptions {
  readonly layout: VolumeLayout;
  readonly undeletable: Undeletable;
  /** Ids of the releases to keep: the active one, the one to go back to, and as many more as the policy says. */
  readonly keep: Iterable<string>;
  /** Digests that the newest valid twin names. */
  readonly wanted: Iterable<string>;
  /** Default: a week. */
  readonly partialMaxAgeMs?: number;
  /** Milliseconds since 1970, as file times are. */
  readonly nowMs: number;
  readonly log: Log;
}

/** What went. */
export interface GarbageResult extends GarbagePlan {
  /** By how much the volume's free space grew meanwhile; others write to it too. */
  readonly freedBytes: number;
}

const weekMs = 7 * 24 * 3600 * 1000;

/** The part of a release's description that says which store entries it needs. */
const description = z.object({ artifacts: z.array(z.object({ sha256: z.string() })) });

/**
 * Removes releases, store entries and partial downloads that nobody needs (see `planGarbage`). A cut at any moment leaves
 * whole releases with all they name: each directory first moves to staging, which the next start sweeps.
 */
export async function collectGarbage(options: GarbageOptions): Promise<GarbageResult> {
  const { layout, undeletable, log, nowMs, partialMaxAgeMs = weekMs } = options;
  const plan = planGarbage({
    kept: await Promise.all([...new Set(options.keep)].map((id) => keptRelease(layout, id))),
    wanted: new Set(options.wanted),
    releases: await removableIn(undeletable, layout.releases),
    stored: await removableEntries(layout, undeletable),
    engines: await removableIn(undeletable, layout.engines),
    partials: await findPartials(layout, nowMs),
    partialMaxAgeMs,
  });
  if (plan.releases.length + plan.stored.length + plan.engines.length + plan.partials.length === 0)
    return { ...plan, freedBytes: 0 };
  const before = await freeBytesOf(layout.root);
  await discard(layout, undeletable, layout.releases, plan.releases);
  for (const folder of [layout.store, layout.copies]) {
    const names = plan.stored.filter((name) => entryPath(layout, name) === join(folder, name));
    await discard(layout, undeletable, folder, names);
  }
  await discard(layout, undeletable, layout.engines, plan.engines);
  for (const name of [...plan.releases.map(manifestOfRelease), ...plan.stored]) await removeManifest(layout, name);
  failPoint('garbage-manifests-deleted');
  for (const digest of plan.partials) {
    const { origin, bytes } = partialFiles(layout, digest);
    await rm(origin, { force: true });
    failPoint('garbage-origin-deleted');
    await rm(bytes, { force: true });
    failPoint('garbage-part-deleted');
  }
  const freedBytes = Math.max(0, (await freeBytesOf(layout.root)) - before);
  log.info({ ...plan, freedBytes }, 'garbage collected');
  return { ...plan, freedBytes };
}

/** Out of their folder first, durably, then deleted: a half-deleted release or entry is never seen under its name. */
async function discard(
  { staging }: VolumeLayout,
  undeletable: Undeletable,
  folder: string,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  const moved: { readonly place: string; readonly aside: string }[] = [];
  for (const name of names) {
    const aside = join(staging, `garbage-${randomUUID()}`);
    try {
      await rename(join(folder, name), aside);
    } catch (error) {
      // Another user's: it stays, and the rest goes nevertheless.
      if (!hasErrno(error, 'EACCES', 'EPERM')) throw error;
      undeletable.add(join(folder, name));
      continue;
    }
    failPoint('garbage-moved');
    moved.push({ place: join(folder, name), aside });
  }
  try {
    await syncDirectory(folder);
  } catch (error) {
    // After a power cut the names could be back: what they name must be whole then.
    for (const { place, aside } of moved) await rename(aside, place).catch(() => undefined);
    throw error;
  }
  failPoint('garbage-folder-flushed');
  for (const { aside } of moved) {
    await undeletable.removeTree(aside);
    failPoint('garbage-deleted');
  }
}

/** Without what could not be removed before: trying that again at every pass would change nothing. */
async function removableIn(undeletable: Undeletable, folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => !undeletable.has(join(folder, name)));
}

async function keptRelease(layout: VolumeLayout, id: string): Promise<KeptRelease> {
  try {
    const text = await readFile(join(layout.releases, id, releaseFile), 'utf8');
    const parsed = description.safeParse(JSON.parse(text));
    const digests = parsed.success ? parsed.data.artifacts.map(({ sha256 }) => sha256) : undefined;
    const directory = join(layout.releases, id);
    return { id, digests, entries: await linkedEntries(directory), engines: await linkedEngines(directory) };
  } catch (error) {
    // A release that isn't there names nothing; one that lost its description still links to what it needs.
    const gone = hasErrno(error, 'ENOENT') && !existsSync(join(layout.releases, id));
    return { id, digests: gone ? [] : undefined, entries: [], engines: [] };
  }
}

/** Names of the entries that the links of a release lead to. */
async function linkedEntries(directory: string): Promise<string[]> {
  const names: string[] = [];
  for (const folder of ['models', 'streams']) {
    for (const name of await readdir(join(directory, folder)).catch(() => [])) {
      const target = await readlink(join(directory, folder, name)).catch(() => undefined);
      if (target !== undefined) names.push(basename(target));
    }
  }
  return names;
}

async function removableEntries(layout: VolumeLayout, undeletable: Undeletable): Promise<FoundEntry[]> {
  const entries = await listEntries(layout);
  return entries
    .filter(({ path }) => !undeletable.has(path))
    .map(({ name, sha256, manifest }) => ({ name, digest: sha256, damaged: manifest?.damaged === true }));
}

async function findPartials(layout: VolumeLayout, nowMs: number): Promise<FoundPartial[]> {
  const youngest = new Map<string, number>();
  for (const name of await readdir(layout.partial)) {
    const digest = partialDigestOf(name);
    if (digest === undefined) continue;
    const { mtimeMs } = await stat(join(layout.partial, name));
    youngest.set(digest, Math.min(youngest.get(digest) ?? Infinity, nowMs - mtimeMs));
  }
  return [...youngest].map(([digest, ageMs]) => ({ digest, ageMs }));
}
