import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '@companion/foundation';
import { hasErrno } from '@companion/foundation/node';
import * as z from 'zod';
import type { Release } from '../domain/release.ts';
import { manifestOfRelease, readManifest } from '../store/manifest.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { releaseFile } from './published.ts';

const described = z.object({
  id: z.string(),
  artifacts: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['model', 'config', 'stream']),
      sha256: z.string(),
      fileName: z.string(),
      unpack: z.literal('none').exactOptional(),
    }),
  ),
  config: z.string().optional(),
  sources: z.object({ sha256: z.string(), shown: z.array(z.string()) }).optional(),
  edits: z.array(
    z.object({
      name: z.string(),
      file: z.string().optional(),
      group: z.string(),
      set: z.record(z.string(), z.string()),
    }),
  ),
});

/**
 * Reads what a published release says of itself, or its manifest where that is missing or garbled. Undefined where neither
 * can be read, or the release is not there.
 */
export async function readRelease(layout: VolumeLayout, id: string): Promise<Release | undefined> {
  const own = await readDescription(join(layout.releases, id, releaseFile));
  const found = own ?? (await describedInManifest(layout, id));
  if (found === undefined) return undefined;
  const { config, sources, edits, ...rest } = found;
  return {
    ...rest,
    config,
    ...(sources === undefined ? {} : { sources }),
    edits: edits.map((edit) => ({ ...edit, file: edit.file })),
  };
}

/** Undefined where the file is missing or says nothing that can be read. */
export async function readDescription(path: string): Promise<z.output<typeof described> | undefined> {
  try {
    return described.safeParse(parseJson(await readFile(path, 'utf8'))).data;
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'EIO')) return undefined;
    throw error;
  }
}

async function describedInManifest(layout: VolumeLayout, id: string): Promise<z.output<typeof described> | undefined> {
  if (!existsSync(join(layout.releases, id))) return undefined;
  const text = (await readManifest(layout, manifestOfRelease(id)))?.description;
  return text === undefined ? undefined : described.safeParse(parseJson(text)).data;
}

/** What a release says of itself, as `readRelease` reads it: without the URIs of its sources, which only the config holds. */
export function describeRelease({ sources, ...rest }: Release): string {
  const shown = sources === undefined ? {} : { sources: { sha256: sources.sha256, shown: sources.shown } };
  return `${JSON.stringify({ ...rest, ...shown }, null, 2)}\n`;
}
