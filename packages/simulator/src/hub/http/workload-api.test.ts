import { createHmac, X509Certificate } from 'node:crypto';
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { startHub, type HubFixture } from '../testing/started-hub.ts';

/** One request over the unix socket. */
function ask(
  { socketPath }: HubFixture,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number | undefined; readonly body: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const call = request({ socketPath, method, path: `${path}?api-version=2018-06-28`, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) as unknown }),
      );
    });
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const data = Buffer.from('text').toString('base64');

describe('the workload API', () => {
  test('gives the trust bundle', async () => {
    await using fixture = await startHub();
    const { status, body } = await ask(fixture, 'GET', '/trust-bundle');
    expect(status).toBe(200);
    expect(body).toEqual({ certificate: fixture.address.caCertificatePem });
    expect(new X509Certificate(fixture.address.caCertificatePem).ca).toBe(true);
  });

  test('signs with the key of the module', async () => {
    await using fixture = await startHub();
    const { generationId, primaryKey } = fixture.hub.addModule('filter');
    const path = `/modules/filter/genid/${generationId}/sign`;
    const digest = createHmac('sha256', Buffer.from(primaryKey, 'base64')).update('text').digest('base64');
    expect(await ask(fixture, 'POST', path, { keyId: 'primary', algo: 'HMACSHA256', data })).toEqual({
      status: 200,
      body: { digest },
    });
  });

  test('refuses unknown modules, other generations, other algorithms and other paths', async () => {
    await using fixture = await startHub();
    const { generationId } = fixture.hub.addModule('filter');
    const body = { keyId: 'primary', algo: 'HMACSHA256', data };
    const statuses = await Promise.all([
      ask(fixture, 'POST', `/modules/nobody/genid/${generationId}/sign`, body),
      ask(fixture, 'POST', `/modules/filter/genid/1/sign`, body),
      ask(fixture, 'POST', `/modules/filter/genid/${generationId}/sign`, { ...body, algo: 'MD5' }),
      ask(fixture, 'POST', `/modules/filter/genid/${generationId}/encrypt`, body),
      ask(fixture, 'GET', '/identities'),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([404, 404, 400, 404, 404]);
    expect(fixture.hub.stats().refused).toBe(2);
  });
});
