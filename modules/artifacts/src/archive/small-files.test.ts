import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSmallFiles } from './small-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'small-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Empty ones, tiny ones, and some that fill batches quickly. */
const contentOf = (index: number): Buffer => Buffer.alloc((index % 7) * ((index % 50) * 100), `${index} `);

test.each([3, 600, 3000])('%i files are written whole, by this thread or by two', async (count) => {
  const files = createSmallFiles();
  for (let index = 0; index < count; index++) {
    const content = contentOf(index);
    // In pieces, as they come, and in memory that is used again at once.
    const pieces = [Buffer.from(content.subarray(0, 10)), Buffer.from(content.subarray(10))];
    files.add(join(folder, `file-${index}`), pieces);
    for (const piece of pieces) piece.fill(0xff);
  }
  await files.done();
  expect((await readdir(folder)).length).toBe(count);
  for (let index = 0; index < count; index += 13) {
    expect((await readFile(join(folder, `file-${index}`))).equals(contentOf(index)), `file-${index}`).toBe(true);
  }
});

test.each([5, 2500])('what is there is never written over: file %i fails, and so does the whole', async (victim) => {
  await writeFile(join(folder, `file-${victim}`), 'mine');
  const files = createSmallFiles();
  const all = (async () => {
    for (let index = 0; index < 3000; index++) {
      files.add(join(folder, `file-${index}`), [contentOf(index)]);
      if (index % 100 === 0) await new Promise(setImmediate);
    }
    await files.done();
  })();
  await expect(all).rejects.toMatchObject({ code: 'EEXIST' });
  await files.abandon();
  expect(await readFile(join(folder, `file-${victim}`), 'utf8')).toBe('mine');
});

test('abandoned, it writes nothing any more', async () => {
  const files = createSmallFiles();
  for (let index = 0; index < 2000; index++) files.add(join(folder, `file-${index}`), [Buffer.alloc(2048)]);
  await files.abandon();
  const left = (await readdir(folder)).length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await readdir(folder)).length).toBe(left);
});
