import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@companion/edge';
import { collectGarbage } from './garbage.ts';
import { keptReleases, rejectionOf, type Control } from '../domain/control.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import type { Undeletable } from '../volume/undeletable.ts';
import { listPublished, readCurrent } from './published.ts';

interface CollectOptions {
  readonly layout: VolumeLayout;
  readonly undeletable: Undeletable;
  readonly control: Control;
  readonly wantedRelease: string | undefined;
  readonly wantedDigests: readonly string[];
  /** In all; those that the control names are kept beyond it. */
  readonly keepReleases: number;
  readonly nowMs: number;
  readonly log: Log;
}

/** Removes what neither a kept release nor the twin names; returns the bytes freed. */
export async function collectUnused(options: CollectOptions): Promise<number> {
  const { layout, undeletable, control, wantedRelease, wantedDigests, keepReleases, nowMs, log } = options;
  const keep = new Set(keptReleases(control));
  const current = await readCurrent(layout);
  if (current !== undefined) keep.add(current);
  if (wantedRelease !== undefined && rejectionOf(control, wantedRelease) === undefined) keep.add(wantedRelease);
  const others = await Promise.all(
    [...(await listPublished(layout))]
      .filter((id) => !keep.has(id) && rejectionOf(control, id) === undefined)
      .map(async (id) => ({ id, madeMs: (await stat(join(layout.releases, id))).mtimeMs })),
  );
  for (const { id } of others.toSorted((a, b) => b.madeMs - a.madeMs)) if (keep.size < keepReleases) keep.add(id);
  const { freedBytes } = await collectGarbage({ layout, undeletable, keep, wanted: wantedDigests, nowMs, log });
  return freedBytes;
}
