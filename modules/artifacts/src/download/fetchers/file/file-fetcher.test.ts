import { randomBytes } from 'node:crypto';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256 } from '@companion/foundation/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StoredArtifact } from '../../../store/store.ts';
import { startFetchBench, type FetchBench } from '../../../testing/fetch-bench.ts';

const bytes = randomBytes(700_000);

let bench: FetchBench;
let importDirectory: string;
let outside: string;
beforeEach(async () => {
  bench = await startFetchBench();
  importDirectory = join(bench.layout.root, '../stick');
  outside = join(bench.layout.root, '../outside.bin');
  await mkdir(join(importDirectory, 'deep'), { recursive: true });
  await writeFile(outside, bytes);
});
afterEach(() => bench.stop());

function take(url: string, change: object = {}): Promise<StoredArtifact> {
  return bench.fetch({ url, sha256: sha256(bytes), policy: { importDirectory }, ...change });
}

test('a file in the import directory is copied, checked like any other, and stays where it is', async () => {
  const file = join(importDirectory, 'deep/größe 1.bin');
  await writeFile(file, bytes);
  const { path } = await take(pathToFileURL(file).href);
  expect(sha256(await readFile(join(path, 'model.bin')))).toBe(sha256(bytes));
  expect(sha256(await readFile(file))).toBe(sha256(bytes));
  await expect(take(pathToFileURL(file).href, { sha256: '0'.repeat(64) })).rejects.toMatchObject({
    code: 'DIGEST_MISMATCH',
  });
  expect(await bench.leftovers()).toEqual([]);
});

test('a file outside of it is refused, however it is named', async () => {
  await symlink(outside, join(importDirectory, 'link.bin'));
  await symlink(join(outside, '..'), join(importDirectory, 'folder'));
  const base = pathToFileURL(importDirectory).href;
  const urls = [
    pathToFileURL(outside).href,
    `${base}/../outside.bin`,
    `${base}/deep/%2e%2e/%2e%2e/outside.bin`,
    `${base}/link.bin`,
    `${base}/folder/outside.bin`,
    `${base}/deep`,
    `${base}/deep%2f..%2f..%2foutside.bin`,
    'file://server/share/outside.bin',
  ];
  for (const url of urls) {
    await expect(take(url), url).rejects.toMatchObject({ code: 'IMPORT_REFUSED', retryable: false });
  }
  expect(await bench.leftovers()).toEqual([]);
});

test('a directory whose name only begins like the import directory is outside', async () => {
  await mkdir(`${importDirectory}-2`);
  await writeFile(`${importDirectory}-2/a.bin`, bytes);
  await expect(take(pathToFileURL(`${importDirectory}-2/a.bin`).href)).rejects.toMatchObject({
    code: 'IMPORT_REFUSED',
  });
});

test('a stick may yet be put in', async () => {
  const url = pathToFileURL(join(importDirectory, 'later.bin')).href;
  await expect(take(url)).rejects.toMatchObject({ code: 'IMPORT_REFUSED', retryable: true });
  await writeFile(join(importDirectory, 'later.bin'), bytes);
  await take(url);
});

test('without an import directory every file is refused', async () => {
  await expect(take(pathToFileURL(outside).href, { policy: {} })).rejects.toMatchObject({
    code: 'IMPORT_REFUSED',
    retryable: false,
  });
});

test('sizes count for files too', async () => {
  const file = join(importDirectory, 'a.bin');
  await writeFile(file, bytes);
  const url = pathToFileURL(file).href;
  await expect(take(url, { sizeBytes: 1 })).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
  await expect(take(url, { policy: { importDirectory, maxArtifactBytes: 1000 } })).rejects.toMatchObject({
    code: 'ARTIFACT_TOO_LARGE',
  });
});
