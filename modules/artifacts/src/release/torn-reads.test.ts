import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { placeRelease } from '../testing/place-release.ts';
import { switchLinkDurably } from '../volume/durable.ts';
import { openVolume } from '../volume/open-volume.ts';

test('a reader that goes through current during 500 flips sees one release or the other, never a mixture', async () => {
  const root = await mkdtemp(join(tmpdir(), 'flips-'));
  const layout = await openVolume(root);
  for (const id of ['a1', 'b2']) await placeRelease(layout, id, { config: `# ${id}\n`, model: { label: id } });
  await switchLinkDurably(layout.current, 'releases/a1');
  const flips = new AbortController();
  let reads = 0;
  const seen = new Set<string>();
  const reader = (async () => {
    while (!flips.signal.aborted) {
      const release = await realpath(layout.current);
      const [config, label] = await Promise.all([
        readFile(join(release, 'configs/c/app.txt'), 'utf8'),
        readFile(join(release, 'models/m/label'), 'utf8'),
      ]);
      expect(config).toBe(`# ${label}\n`);
      seen.add(label);
      reads += 1;
    }
  })();
  for (let flip = 0; flip < 500; flip++) {
    await switchLinkDurably(layout.current, `releases/${flip % 2 === 0 ? 'b2' : 'a1'}`);
  }
  flips.abort();
  await reader;
  expect(seen.size).toBe(2);
  expect(reads).toBeGreaterThan(50);
  await rm(root, { recursive: true });
});
