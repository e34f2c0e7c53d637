import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFileSystemFlusher } from './file-system-flusher.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flusher-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

test('one shell flushes as often as it is asked, also when it is closed while it does', async () => {
  const flusher = createFileSystemFlusher(folder);
  expect(await Promise.all([flusher.flush(), flusher.flush()])).toEqual([true, true]);
  const last = flusher.flush();
  flusher.close();
  expect(await last).toBe(true);
});

test('where there is no sync, or no shell, it says so each time', async () => {
  vi.stubEnv('PATH', folder);
  const withoutShell = createFileSystemFlusher(folder);
  expect(await withoutShell.flush()).toBe(false);
  expect(await withoutShell.flush()).toBe(false);
  await symlink('/bin/sh', join(folder, 'sh'));
  const withoutSync = createFileSystemFlusher(folder);
  expect(await withoutSync.flush()).toBe(false);
  expect(await withoutSync.flush()).toBe(false);
  withoutSync.close();
});

test('one that failed was told what the next would not be told again: it counts for all who were there', async () => {
  await symlink('/bin/sh', join(folder, 'sh'));
  await writeFile(join(folder, 'sync'), '#!/bin/sh\n[ -e told ] && exit 0\n: > told\nexit 1\n', { mode: 0o755 });
  vi.stubEnv('PATH', folder);
  const first = createFileSystemFlusher(folder);
  const second = createFileSystemFlusher(folder);
  expect(await first.flush()).toBe(false);
  expect([await first.flush(), await second.flush()]).toEqual([false, false]);
  const later = createFileSystemFlusher(folder);
  expect(await later.flush()).toBe(true);
  for (const flusher of [first, second, later]) flusher.close();
});

test.each(['4.9.337-tegra', '5.7.19'])('Linux %s does not tell of writes that were lost', async (kernel) => {
  expect(await createFileSystemFlusher(folder, kernel).flush()).toBe(false);
});
