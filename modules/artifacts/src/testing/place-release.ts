import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Release } from '../domain/release.ts';
import type { VolumeLayout } from '../volume/layout.ts';

interface FixtureOptions {
  readonly config?: string;
  /** Files of the one model, by name. */
  readonly model?: Readonly<Record<string, string>>;
}

/** Puts a release into a volume as if it had been published. */
export async function placeRelease(layout: VolumeLayout, id: string, options: FixtureOptions = {}): Promise<Release> {
  const {
    config = `[primary-gie]\nenable=1\nconfig-file=../../models/m/infer.txt\nmodel-engine-file=../../models/m/net.engine\n`,
    model = {},
  } = options;
  const directory = join(layout.releases, id);
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  };
  await put('configs/c/app.txt', config);
  await put('app-config', 'configs/c/app.txt\n');
  for (const [name, text] of Object.entries(model)) await put(`models/m/${name}`, text);
  const release: Release = {
    id,
    artifacts: [
      { name: 'c', kind: 'config', sha256: 'c'.repeat(64), fileName: 'app.txt' },
      { name: 'm', kind: 'model', sha256: id.padEnd(64, '0'), fileName: 'net.tar.gz' },
    ],
    config: 'configs/c/app.txt',
    edits: [],
  };
  await put('release.json', JSON.stringify(release));
  return release;
}
