import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@companion/foundation/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFetchBench, type FetchBench } from '../../../testing/fetch-bench.ts';
import { startForwardProxy, type ForwardProxy } from '../../../testing/forward-proxy.ts';
import { hasOpenssl, makeCertificate, startSecureServer } from '../../../testing/secure-server.ts';

const bytes = randomBytes(300_000);
const digest = sha256(bytes);

let bench: FetchBench;
let proxy: ForwardProxy;
beforeEach(async () => {
  bench = await startFetchBench();
  bench.serve((_request, response) => void response.end(bytes));
  proxy = await startForwardProxy();
});
afterEach(async () => {
  await Promise.all([bench.stop(), proxy.stop()]);
});

test('a plain request goes through the proxy as a whole URL', async () => {
  const { path } = await bench.fetch({ sha256: digest, policy: { proxy: { http: proxy.url } } });
  expect(sha256(await readFile(join(path, 'model.bin')))).toBe(sha256(bytes));
  expect(proxy.seen).toEqual([expect.stringContaining(`GET ${bench.base}/model.bin`)]);
});

test('what NO_PROXY names goes straight', async () => {
  await bench.fetch({ sha256: digest, policy: { proxy: { http: proxy.url, none: 'a.example,127.0.0.1' } } });
  expect(proxy.seen).toEqual([]);
  expect(bench.requests).toHaveLength(1);
});

test('a redirect from the internet into the own network is followed, unless the policy denies it', async () => {
  const outside = 'http://files.example';
  bench.serve((request, response) => {
    if (request.url === '/model.bin') response.end(bytes);
    else response.writeHead(302, { location: `${bench.base}/model.bin` }).end();
  });
  const through = await startForwardProxy(false, { [outside]: bench.base });
  const change = { url: `${outside}/model`, sha256: digest };
  await expect(
    bench.fetch({ ...change, policy: { proxy: { http: through.url }, privateRedirects: 'deny' } }),
  ).rejects.toMatchObject({ code: 'DOWNLOAD_REFUSED', facts: { reason: 'PRIVATE_REDIRECT', address: '127.0.0.1' } });
  await bench.fetch({ ...change, policy: { proxy: { http: through.url } } });
  await through.stop();
});

test('a proxy may want a password, which is not shown', async () => {
  const url = proxy.url.replace('//', '//me:hush@');
  await bench.fetch({ sha256: digest, policy: { proxy: { http: url } } });
  expect(proxy.seen[0]).toContain(`Basic ${Buffer.from('me:hush').toString('base64')}`);
  expect(bench.log).not.toContain('hush');
});

test('a proxy that is not there is a failure that may pass, and its password is not shown', async () => {
  await proxy.stop();
  const url = proxy.url.replace('//', '//me:hush@');
  const error: unknown = await bench
    .fetch({ sha256: digest, policy: { proxy: { http: url } } })
    .catch((failure: unknown) => failure);
  expect(error).toMatchObject({ code: 'DOWNLOAD_FAILED', retryable: true, facts: { reason: 'ECONNREFUSED' } });
  expect(String(error) + JSON.stringify(error) + String((error as Error).cause) + bench.log).not.toContain('hush');
  proxy = await startForwardProxy();
});

describe.skipIf(!hasOpenssl)('to a server behind TLS (needs openssl)', () => {
  test('CONNECT makes a tunnel, and the proxy sees neither path nor credential', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'proxy-'));
    const certificate = makeCertificate(folder);
    const server = await startSecureServer(certificate, (_request, response) => void response.end(bytes));
    const change = {
      url: `${server.origin}/secret-path?sig=hush`,
      sha256: digest,
      credential: 'blob',
      variables: { CREDENTIAL_BLOB: 'bearer hush' },
    };
    const extraCaFiles = [certificate.certFile];
    const refusing = await startForwardProxy(true);
    await expect(
      bench.fetch({ ...change, policy: { extraCaFiles, proxy: { https: refusing.url } } }),
    ).rejects.toMatchObject({ code: 'DOWNLOAD_REFUSED', facts: { status: 407 } });
    expect(server.requests).toEqual([]);
    await bench.fetch({ ...change, policy: { extraCaFiles, proxy: { https: proxy.url } } });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer hush']);
    await expect(
      bench.fetch({
        ...change,
        sha256: '0'.repeat(64),
        url: server.origin.replace('127.0.0.1', 'localhost'),
        policy: { extraCaFiles, proxy: { https: proxy.url } },
      }),
    ).rejects.toMatchObject({ facts: { reason: 'ERR_TLS_CERT_ALTNAME_INVALID' } });
    expect(server.requests).toHaveLength(1);
    expect(proxy.seen).toHaveLength(2);
    expect(proxy.seen[0]).toMatch(/^CONNECT 127\.0\.0\.1:\d+\n/);
    expect([...proxy.seen, ...refusing.seen].join()).not.toMatch(/hush|secret-path/);
    await Promise.all([server.stop(), refusing.stop()]);
    await rm(folder, { recursive: true });
  });
});
