import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@companion/foundation/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StoredArtifact } from '../../../store/store.ts';
import { startFetchBench, type FetchBench, type FetchChange } from '../../../testing/fetch-bench.ts';
import {
  hasOpenssl,
  makeCertificate,
  startSecureServer,
  type Certificate,
  type SecureServer,
} from '../../../testing/secure-server.ts';

const bytes = randomBytes(100_000);
const secrets = [
  ['bearer hush', 'authorization', 'Bearer hush'],
  ['basic me:hush', 'authorization', `Basic ${Buffer.from('me:hush').toString('base64')}`],
  ['header X-Api-Key: hush', 'x-api-key', 'hush'],
] as const;

/** Everything that a server saw of a request. */
function seen(request: IncomingMessage | undefined): string {
  return JSON.stringify([request?.url, request?.rawHeaders]);
}

describe.skipIf(!hasOpenssl)('over TLS (needs openssl)', () => {
  let folder: string;
  let certificate: Certificate;
  let bench: FetchBench;
  let home: SecureServer;
  let other: SecureServer;
  /** Where the home server sends whoever asks for `/away`. */
  let away = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tls-'));
    certificate = makeCertificate(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    bench = await startFetchBench();
    bench.serve((_request, response) => void response.end(bytes));
    other = await startSecureServer(certificate, (_request, response) => void response.end(bytes));
    home = await startSecureServer(certificate, (request, response) => {
      if (request.url?.startsWith('/away') === true) response.writeHead(302, { location: away }).end();
      else response.end(bytes);
    });
  });
  afterEach(async () => {
    await Promise.all([bench.stop(), home.stop(), other.stop()]);
  });

  function fetch(change: FetchChange): Promise<StoredArtifact> {
    return bench.fetch({ sha256: sha256(bytes), policy: { extraCaFiles: [certificate.certFile] }, ...change });
  }
  function withSecret(text: string): FetchChange {
    return { credential: 'blob', variables: { CREDENTIAL_BLOB: text } };
  }

  test.each(secrets)('the credential "%s" goes to the server that the twin names', async (text, name, value) => {
    await fetch({ url: `${home.origin}/file`, ...withSecret(text) });
    expect(home.requests.map(({ headers }) => headers[name])).toEqual([value]);
    expect(bench.log).not.toContain('hush');
  });

  test('a SAS goes into the query, behind what is there', async () => {
    await fetch({ url: `${home.origin}/file?comp=x`, ...withSecret('sas ?sv=1&sig=hush%2B') });
    expect(home.requests.map(({ url }) => url)).toEqual(['/file?comp=x&sv=1&sig=hush%2B']);
    expect(bench.log).not.toContain('hush');
  });

  test.each([...secrets.map(([text]) => text), 'sas sig=hush'])(
    'the credential "%s" is withheld from another origin that a redirect names',
    async (text) => {
      away = `${other.origin}/file`;
      const { path } = await fetch({ url: `${home.origin}/away`, ...withSecret(text) });
      expect(sha256(await readFile(join(path, 'model.bin')))).toBe(sha256(bytes));
      expect(seen(home.requests[0])).toMatch(/hush|bWU6aHVzaA/);
      expect(other.requests).toHaveLength(1);
      expect(seen(other.requests[0])).not.toMatch(/hush|bWU6aHVzaA|authorization|x-api-key|referer/i);
    },
  );

  test('a redirect within the origin keeps the credential', async () => {
    away = '/file';
    await fetch({ url: `${home.origin}/away`, ...withSecret('bearer hush') });
    expect(home.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer hush', 'Bearer hush']);
  });

  test('the query of the URL in the twin, which may be a signature, does not follow a redirect', async () => {
    away = `${other.origin}/file`;
    await fetch({ url: `${home.origin}/away?sig=hush` });
    expect(seen(other.requests[0])).not.toContain('hush');
  });

  test('a redirect from https to http is refused, and nothing is asked there', async () => {
    away = `${bench.base}/file`;
    const outcome = fetch({ url: `${home.origin}/away`, ...withSecret('bearer hush') });
    await expect(outcome).rejects.toMatchObject({ code: 'DOWNLOAD_REFUSED', facts: { to: away } });
    expect(bench.requests).toEqual([]);
  });

  test('a credential is not sent over plain http, and nothing is asked without it', async () => {
    const outcome = fetch({ url: `${bench.base}/file`, ...withSecret('bearer hush') });
    await expect(outcome).rejects.toMatchObject({ code: 'CREDENTIAL_REFUSED', retryable: false });
    expect(bench.requests).toEqual([]);
  });

  test('a password in the URL is neither sent nor shown', async () => {
    const error: unknown = await fetch({ url: home.origin.replace('//', '//me:hush@') }).catch(
      (failure: unknown) => failure,
    );
    expect(error).toMatchObject({ code: 'DOWNLOAD_FAILED' });
    expect(String(error) + JSON.stringify(error) + String((error as Error).cause) + bench.log).not.toContain('hush');
    expect(home.requests).toEqual([]);
  });

  test('an authority that nobody trusts is a failure with its reason', async () => {
    await expect(fetch({ url: home.origin, policy: {} })).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      facts: { reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
    expect(home.requests).toEqual([]);
  });

  test('a certificate for another name is refused, whoever signed it', async () => {
    await expect(fetch({ url: home.origin.replace('127.0.0.1', 'localhost') })).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      facts: { reason: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
    expect(home.requests).toEqual([]);
  });

  test('a CA file that is not there is named', async () => {
    const file = join(folder, 'nowhere.pem');
    await expect(fetch({ url: home.origin, policy: { extraCaFiles: [file] } })).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      facts: { reason: 'CA_UNREADABLE', file },
    });
  });
});
