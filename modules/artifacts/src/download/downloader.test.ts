import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@companion/foundation/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startFetchBench, type FetchBench } from '../testing/fetch-bench.ts';

const bytes = randomBytes(2 * 1024 * 1024);
const digest = sha256(bytes);

let bench: FetchBench;
beforeEach(async () => {
  bench = await startFetchBench();
});
afterEach(() => bench.stop());

test('one digest that several ask for at once is downloaded once', async () => {
  bench.serve((_request, response) => void response.end(bytes));
  const names = ['a', 'b', 'c'];
  const stored = await Promise.all(names.map((name) => bench.fetch({ name, sha256: digest })));
  for (const { path } of stored) expect(sha256(await readFile(join(path, 'model.bin')))).toBe(sha256(bytes));
  expect(bench.requests).toHaveLength(1);
  expect(await bench.leftovers()).toEqual([]);
});

test('where the first of them fails, the next goes on in its own way', async () => {
  bench.serve((request, response) => {
    if (request.url === '/bad') response.end('something else');
    else response.end(bytes);
  });
  const [bad, good] = await Promise.allSettled([
    bench.fetch({ url: `${bench.base}/bad`, sha256: digest }),
    bench.fetch({ url: `${bench.base}/good`, sha256: digest }),
  ]);
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'DIGEST_MISMATCH' } });
  expect(good).toMatchObject({ status: 'fulfilled', value: { sha256: digest } });
  expect(await bench.leftovers()).toEqual([]);
});

test('who waits for another download can leave it', async () => {
  let asked = (): void => undefined;
  const begun = new Promise<void>((resolve) => (asked = resolve));
  bench.serve((_request, response) => {
    response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 100));
    asked();
  });
  const [first, second] = [new AbortController(), new AbortController()];
  const working = bench.fetch({ sha256: digest, signal: first.signal });
  await begun;
  const waiting = bench.fetch({ sha256: digest, signal: second.signal });
  second.abort(new Error('second stops'));
  await expect(waiting).rejects.toThrow('second stops');
  first.abort(new Error('first stops'));
  await expect(working).rejects.toThrow('first stops');
  expect(bench.requests).toHaveLength(1);
});
