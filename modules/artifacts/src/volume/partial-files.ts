import { join } from 'node:path';
import type { VolumeLayout } from './layout.ts';

/** The two files of a download that was begun: its bytes, and what is known about where they came from. */
export interface PartialFiles {
  readonly bytes: string;
  readonly origin: string;
}

/** Where the download of a digest stands until it is verified. */
export function partialFiles(layout: VolumeLayout, sha256: string): PartialFiles {
  return { bytes: join(layout.partial, `${sha256}.part`), origin: join(layout.partial, `${sha256}.json`) };
}

/** The digest that a file in `partial/` belongs to; undefined for anything that is none of ours. */
export function partialDigestOf(name: string): string | undefined {
  return /^([0-9a-f]{64})\.(?:part|json)$/.exec(name)?.[1];
}
