import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { defaultFetchPolicy as limits, FileSystemFlusher, TreeWriter, unpackZip } from '@companion/artifacts/testing';
import { zipOf } from './zip-text.ts';

/** As a disk that is busy; the archive is read on meanwhile. */
class SlowWriter extends TreeWriter {
  override async addFile(...args: Parameters<TreeWriter['addFile']>): ReturnType<TreeWriter['addFile']> {
    await pause(100);
    return super.addFile(...args);
  }
}

test('a zip that is found wrong while its file is still being opened is refused, and ends nothing else', async () => {
  const root = await mkdtemp(join(tmpdir(), 'slow-disk-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const file = join(root, 'a.zip');
  await writeFile(file, zipOf([{ name: 'a', body: Buffer.alloc(1_000_000, 'x'), size: 200_000 }]));
  await mkdir(join(root, 'tree'));
  const directory = join(root, 'tree');
  const writer = new SlowWriter({ directory, name: 'a', limits, flusher: new FileSystemFlusher() });
  const { signal } = new AbortController();
  await expect(unpackZip({ file, writer, name: 'a', limits, signal })).rejects.toMatchObject({ code: 'BAD_ARCHIVE' });
  await writer.abandon();
});
