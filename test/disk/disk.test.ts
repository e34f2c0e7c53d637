import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sha256 } from '@companion/foundation/node';
import { injectFlushFaults } from '@companion/foundation/testing';
import { createLog } from '@companion/edge';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFetchBench, type FetchBench, collectGarbage, Undeletable } from '@companion/artifacts/testing';
import { tarOf } from '../archives/tar-text.ts';
import { mountable, mountSmallDisk, unmountSmallDisk } from './small-disk.ts';

const mib = 1024 * 1024;

describe.skipIf(!mountable)('a volume of 8 MiB (needs root, to mount a tmpfs)', () => {
  let root: string;
  let bench: FetchBench;
  beforeEach(async () => {
    root = await mountSmallDisk('8m');
    bench = await startFetchBench(root);
  });
  afterEach(async () => {
    // The fixture deletes what is in the mount; the mount point itself is busy until it is unmounted.
    await bench.stop().catch(() => undefined);
    await unmountSmallDisk(root);
  });
  const serve = (bytes: Buffer, announced = true): string => {
    bench.serve((_request, response) => {
      response.writeHead(200, announced ? { 'content-length': bytes.length, etag: '"1"' } : {}).end(bytes);
    });
    return sha256(bytes);
  };

  test('what does not fit is refused before a byte of it comes, with numbers', async () => {
    const digest = serve(randomBytes(9 * mib));
    await expect(bench.fetch({ sha256: digest })).rejects.toMatchObject({
      code: 'DISK_FULL',
      retryable: true,
      facts: { needBytes: 9 * mib, floorBytes: 0 },
    });
    expect(await readdir(bench.layout.store)).toEqual([]);
  });

  test('the floor stays free', async () => {
    const digest = serve(randomBytes(4 * mib));
    await expect(bench.fetch({ sha256: digest, policy: { freeBytesFloor: 6 * mib } })).rejects.toMatchObject({
      code: 'DISK_FULL',
      facts: { floorBytes: 6 * mib },
    });
  });

  test('a disk that fills on the way is the same typed error', async () => {
    const digest = serve(randomBytes(12 * mib), false);
    await expect(bench.fetch({ sha256: digest })).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await bench.leftovers()).toEqual([]);
  });

  test('an archive that unpacks to more than there is, is the same typed error', async () => {
    const bytes = gzipSync(tarOf([{ name: 'a', body: Buffer.alloc(20 * mib) }]));
    await expect(bench.fetch({ sha256: serve(bytes) })).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await readdir(bench.layout.staging)).toEqual([]);
  });

  test('room is asked for with a number, and the download goes on in it', async () => {
    await writeFile(join(root, 'old-release'), randomBytes(6 * mib));
    const asked: number[] = [];
    const digest = serve(randomBytes(3 * mib));
    await bench.fetch({
      sha256: digest,
      makeRoom: async (needBytes) => {
        asked.push(needBytes);
        await rm(join(root, 'old-release'));
      },
    });
    expect(asked).toEqual([3 * mib]);
    expect(await readdir(bench.layout.store)).toEqual([digest]);
    expect(bench.requests).toHaveLength(1);
  });

  test('where nothing can go, the disk is full, and what was asked for is said', async () => {
    const digest = serve(randomBytes(9 * mib));
    const outcome = bench.fetch({ sha256: digest, makeRoom: () => Promise.resolve() });
    await expect(outcome).rejects.toMatchObject({ code: 'DISK_FULL', facts: { needBytes: 9 * mib } });
  });

  test('work goes on when space returns', async () => {
    await writeFile(join(root, 'other'), randomBytes(6 * mib));
    const digest = serve(randomBytes(3 * mib));
    await expect(bench.fetch({ sha256: digest })).rejects.toMatchObject({ code: 'DISK_FULL' });
    await rm(join(root, 'other'));
    await bench.fetch({ sha256: digest });
    expect(await readdir(bench.layout.store)).toEqual([digest]);
  });
});

test.skipIf(!mountable)('a volume without inodes is named as such, before and on the way', async () => {
  const root = await mountSmallDisk('8m', 60);
  const bench = await startFetchBench(root);
  try {
    const many = gzipSync(
      tarOf(Array.from({ length: 80 }, (_, index) => ({ name: `f${index}`, body: Buffer.from('x') }))),
    );
    bench.serve((_request, response) => response.writeHead(200, { 'content-length': many.length }).end(many));
    const outcome = {
      code: 'DISK_FULL',
      retryable: true,
      message: expect.stringContaining('has no inodes left') as string,
    };
    await expect(bench.fetch({ sha256: sha256(many) })).rejects.toMatchObject({ ...outcome, facts: { freeFiles: 0 } });
    expect(await readdir(bench.layout.staging)).toEqual([]);
  } finally {
    await bench.stop().catch(() => undefined);
    await unmountSmallDisk(root);
  }
});

describe('garbage', () => {
  let bench: FetchBench;
  beforeEach(async () => {
    bench = await startFetchBench();
  });
  afterEach(() => bench.stop());
  const digests = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(64));
  const [active = '', old = '', wanted = '', nobody = ''] = digests;
  const coming = 'e'.repeat(64);

  async function release(id: string, content: string): Promise<void> {
    await mkdir(join(bench.layout.releases, id));
    await writeFile(join(bench.layout.releases, id, 'release.json'), content);
  }
  test.skipIf(process.platform !== 'linux')('of which the disk does not take note is there as before', async () => {
    await mkdir(join(bench.layout.store, nobody));
    const faults = await injectFlushFaults((path) => path === bench.layout.store);
    await expect(collect([])).rejects.toMatchObject({ code: 'EIO' });
    faults.restore();
    expect([await readdir(bench.layout.store), await readdir(bench.layout.staging)]).toEqual([[nobody], []]);
    await collect([]);
    expect(await readdir(bench.layout.store)).toEqual([]);
  });
  const naming = (sha: string): string => JSON.stringify({ artifacts: [{ sha256: sha }] });
  const collect = (keep: string[], nowMs = Date.now()) =>
    collectGarbage({
      layout: bench.layout,
      undeletable: new Undeletable(bench.layout.root),
      keep,
      wanted: [wanted, coming],
      nowMs,
      log: createLog({ module: 'test', level: 'silent' }),
    });

  test('takes what nobody names and nothing else', async () => {
    for (const digest of digests) await mkdir(join(bench.layout.store, digest));
    await release('one', naming(active));
    await release('two', naming(old));
    for (const digest of [coming, nobody]) await writeFile(join(bench.layout.partial, `${digest}.part`), '');
    const gone = await collect(['one']);
    expect(gone).toMatchObject({ releases: ['two'], partials: [nobody] });
    expect(await readdir(bench.layout.releases)).toEqual(['one']);
    expect((await readdir(bench.layout.store)).sort()).toEqual([active, wanted]);
    expect(await bench.leftovers()).toEqual([`${coming}.part`]);
    expect(await collect(['one'])).toMatchObject({ releases: [], stored: [], partials: [], freedBytes: 0 });
  });

  test('leaves the store alone where a kept release does not say what it names', async () => {
    await mkdir(join(bench.layout.store, nobody));
    await release('one', 'torn');
    expect(await collect(['one'])).toMatchObject({ releases: [], stored: [] });
    expect(await readdir(bench.layout.store)).toEqual([nobody]);
  });

  test('lets a partial download go whose content is in the store already', async () => {
    await mkdir(join(bench.layout.store, wanted));
    await writeFile(join(bench.layout.partial, `${wanted}.part`), '');
    expect(await collect([])).toMatchObject({ stored: [], partials: [wanted] });
    expect(await bench.leftovers()).toEqual([]);
  });

  test('lets a partial download go that has waited for a week', async () => {
    await writeFile(join(bench.layout.partial, `${wanted}.part`), '');
    expect(await collect([], Date.now() + 8 * 24 * 3600 * 1000)).toMatchObject({ partials: [wanted] });
  });
});
