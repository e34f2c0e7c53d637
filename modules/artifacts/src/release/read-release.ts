import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '@companion/foundation/node';
import * as z from 'zod';
import type { Release } from '../domain/release.ts';
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

/** Reads what a published release says of itself; undefined where it is not there whole. */
export async function readRelease(layout: VolumeLayout, id: string): Promise<Release | undefined> {
  let text: string;
  try {
    text = await readFile(join(layout.releases, id, releaseFile), 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
  const { config, sources, edits, ...rest } = described.parse(JSON.parse(text));
  return {
    ...rest,
    config,
    ...(sources === undefined ? {} : { sources }),
    edits: edits.map((edit) => ({ ...edit, file: edit.file })),
  };
}

/** What a release says of itself, as `readRelease` reads it: without the URIs of its sources, which only the config holds. */
export function describeRelease({ sources, ...rest }: Release): string {
  const shown = sources === undefined ? {} : { sources: { sha256: sources.sha256, shown: sources.shown } };
  return `${JSON.stringify({ ...rest, ...shown }, null, 2)}\n`;
}
