import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sha256 } from '@companion/foundation/node';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const mib = 1024 * 1024;
const bytes = randomBytes(24 * mib);
const digest = sha256(bytes);
const child = join(import.meta.dirname, '../bench/artifacts/fetch-child.ts');
const tsx = import.meta.resolve('tsx');

// Many processes, each with its start.
vi.setConfig({ testTimeout: 240_000 });

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'killed-'));
});
afterEach(() => rm(root, { recursive: true }));

function startFetch(url: string, failPoint?: string): { kill(): void; readonly ended: Promise<string> } {
  const run = spawn(process.execPath, ['--import', tsx, child, root, url, digest], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...(failPoint === undefined ? {} : { FAIL_POINT: failPoint }) },
  });
  let errors = '';
  run.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  return {
    kill: () => run.kill('SIGKILL'),
    ended: new Promise((resolve) => run.on('close', (code, signal) => resolve(`${signal ?? code} ${errors}`))),
  };
}

test('a download killed three times on its way fetches at most 1 MiB twice each time', async () => {
  const part = join(root, 'partial', `${digest}.part`);
  const partBytes = async (): Promise<number> => (await stat(part).catch(() => undefined))?.size ?? 0;
  const firsts: number[] = [];
  let sentBytes = 0;
  // Sends at most half a MiB more than is on the disk: a client that kept more to itself would wait for ever.
  const server = createServer((request, response) => {
    const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    firsts.push(first);
    const headers = { etag: '"1"', 'content-length': bytes.length - first };
    if (first === 0) response.writeHead(200, headers);
    else response.writeHead(206, { ...headers, 'content-range': `bytes ${first}-${bytes.length - 1}/${bytes.length}` });
    void (async () => {
      for (let at = first; at < bytes.length && !response.destroyed;) {
        const ahead = at - (await partBytes());
        const step = Math.min(64 * 1024, bytes.length - at, mib / 2 - ahead);
        if (step > 0) {
          response.write(bytes.subarray(at, at + step));
          at += step;
          sentBytes += step;
        } else await nextTurn();
      }
      response.end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/large.bin`;
  for (const killAt of [5 * mib, 11 * mib, 19 * mib]) {
    const fetching = startFetch(url);
    while ((await partBytes()) < killAt) await nextTurn();
    fetching.kill();
    expect(await fetching.ended).toBe('SIGKILL ');
  }
  expect(await startFetch(url).ended).toBe('0 ');
  expect(sha256(await readFile(join(root, 'store', digest, 'bench')))).toBe(digest);
  expect(firsts).toHaveLength(4);
  expect(firsts[1]).toBeGreaterThanOrEqual(5 * mib);
  expect(firsts[3]).toBeGreaterThanOrEqual(19 * mib);
  const twiceBytes = sentBytes - bytes.length;
  expect(twiceBytes).toBeGreaterThanOrEqual(0);
  expect(twiceBytes).toBeLessThanOrEqual(3 * mib);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('killed after one durable step after the other, a download goes on and brings nothing twice that was on the disk', async () => {
  const firsts: number[] = [];
  const server = createServer((request, response) => {
    const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    firsts.push(first);
    const headers = { etag: '"1"', 'content-length': bytes.length - first };
    if (first === 0) response.writeHead(200, headers);
    else response.writeHead(206, { ...headers, 'content-range': `bytes ${first}-${bytes.length - 1}/${bytes.length}` });
    response.end(bytes.subarray(first));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/large.bin`;
  for (const moment of ['part-described', 'part-grown', 'digest-verified', 'file-staged', 'content-flushed']) {
    expect(await startFetch(url, `${moment}#1`).ended, moment).toBe('SIGKILL ');
  }
  expect(await startFetch(url).ended).toBe('0 ');
  expect(sha256(await readFile(join(root, 'store', digest, 'bench')))).toBe(digest);
  expect([await readdir(join(root, 'partial')), await readdir(join(root, 'staging'))]).toEqual([[], []]);
  // Nothing was there yet at the second; from the fourth on everything was.
  expect(firsts).toEqual([0, 0, expect.any(Number)]);
  expect(firsts[2]).toBeGreaterThan(0);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
