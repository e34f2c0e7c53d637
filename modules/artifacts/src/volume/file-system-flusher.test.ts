import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FileSystemFlusher } from './file-system-flusher.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flusher-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

test('flushes as often as it is asked', async () => {
  const flusher = new FileSystemFlusher();
  const mark = flusher.mark();
  const flushes = [flusher.flush(folder, mark), flusher.flush(folder, mark)];
  expect(await Promise.all(flushes)).toEqual([true, true]);
});

test('where there is no sync, it says so each time', async () => {
  vi.stubEnv('PATH', folder);
  const flusher = new FileSystemFlusher();
  expect(await flusher.flush(folder, flusher.mark())).toBe(false);
  expect(await flusher.flush(folder, flusher.mark())).toBe(false);
});

test('a flush that failed was told what the next is not told again: it counts for all that had begun', async () => {
  await writeFile(join(folder, 'sync'), '#!/bin/sh\n[ -e "$2/told" ] && exit 0\n: > "$2/told"\nexit 1\n', {
    mode: 0o755,
  });
  vi.stubEnv('PATH', folder);
  const flusher = new FileSystemFlusher();
  const [first, second] = [flusher.mark(), flusher.mark()];
  expect(await flusher.flush(folder, first)).toBe(false);
  expect([await flusher.flush(folder, first), await flusher.flush(folder, second)]).toEqual([false, false]);
  expect(await flusher.flush(folder, flusher.mark())).toBe(true);
});

test.each(['4.9.337-tegra', '5.7.19'])('Linux %s does not tell of writes that were lost', async (kernel) => {
  const flusher = new FileSystemFlusher(kernel);
  expect(await flusher.flush(folder, flusher.mark())).toBe(false);
});
