import { mkdtemp, rm, symlink } from 'node:fs/promises';
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
