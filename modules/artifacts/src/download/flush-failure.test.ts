import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from '@companion/foundation/node';
import { injectFlushFaults, type FlushFaults } from '@companion/foundation/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFetchBench, type FetchBench } from '../testing/fetch-bench.ts';

describe.skipIf(process.platform !== 'linux')('a flush that fails', () => {
  const body = randomBytes(300_000);
  let bench: FetchBench;
  let faults: FlushFaults | undefined;
  beforeEach(async () => {
    bench = await startFetchBench();
    bench.serve((request, response) => {
      const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const range = { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` };
      response.writeHead(from > 0 ? 206 : 200, { etag: '"1"', 'content-length': body.length - from, ...range });
      response.end(body.subarray(from));
    });
  });
  afterEach(async () => {
    faults?.restore();
    await bench.stop();
  });

  /** The path of the one directory below `parent`. */
  const inStaging = (path: string): boolean => dirname(path) === bench.layout.staging;

  test.each([
    ['of the download', (path: string) => path.endsWith('.part')],
    ['of the file in its new place', (path: string) => path.endsWith('/model.bin')],
    ['of the directory that is to be the entry', inStaging],
    ['of the store, once the entry has its name', (path: string) => path === bench.layout.store],
  ])('%s, costs the whole download, and nothing of it is believed', async (_what, fails) => {
    let left = 1;
    faults = await injectFlushFaults((path) => fails(path) && left-- > 0);
    await expect(bench.fetch({ sha256: sha256(body) })).rejects.toMatchObject({
      code: 'VOLUME_FAILED',
      retryable: true,
    });
    expect(faults.failed).toHaveLength(1);
    expect(await readdir(bench.layout.store)).toEqual([]);
    expect(await bench.leftovers()).toEqual([]);
    const { path } = await bench.fetch({ sha256: sha256(body) });
    expect(await readdir(path)).toEqual(['model.bin']);
    expect(bench.requests.map(({ headers }) => headers.range)).toEqual([undefined, undefined]);
    expect(await bench.leftovers()).toEqual([]);
  });

  test('for want of room, is no better', async () => {
    let left = 1;
    faults = await injectFlushFaults((path) => path.endsWith('.part') && left-- > 0, 'ENOSPC');
    await expect(bench.fetch({ sha256: sha256(body) })).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await bench.leftovers()).toEqual([]);
    expect(await readdir(join(bench.layout.root, 'store'))).toEqual([]);
  });
});
