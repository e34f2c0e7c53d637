import { describe, expect, test } from 'vitest';
import { RedirectGuard, type PrivateRedirects } from './redirect-guard.ts';

const where = { name: 'model', url: 'https://files.example/m.bin' };

/** A download on its way; names resolve to what the test says, in turn. */
function travel(
  privateRedirects: PrivateRedirects,
  answers: Readonly<Record<string, readonly (readonly string[])[]>> = {},
) {
  const asked = new Map<string, number>();
  const guard = new RedirectGuard({
    where,
    privateRedirects,
    findAddresses: (host, done) => {
      const turn = asked.get(host) ?? 0;
      asked.set(host, turn + 1);
      const addresses = answers[host]?.[turn] ?? [];
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    },
  });
  /** The addresses that a connection to the URL may use; the code of the error where there are none. */
  const go = async (url: string, way: 'straight' | 'proxy' = 'straight'): Promise<unknown> => {
    const target = new URL(url);
    try {
      guard.enter(target, way);
    } catch (error) {
      return (error as { code: string }).code;
    }
    if (way === 'proxy' || /^[\d.[\]a-f:]+$/.test(target.hostname)) return 'as it is';
    return new Promise((resolve) => {
      guard.lookup(target.hostname, { all: true }, (error, addresses) => {
        if (error === null && Array.isArray(addresses)) resolve(addresses.map(({ address }) => address));
        else resolve((error as { code?: string } | null)?.code);
      });
    });
  };
  return { go, guard };
}

const files = { 'files.example': [['203.0.113.7']] };

describe('a download that privateRedirects denies', () => {
  test.each([
    'http://127.0.0.1/',
    'http://0.0.0.0/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://10.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:192.168.0.1]/',
    'http://[fd00::1]/',
  ])('does not follow a redirect out of the internet to %s', async (url) => {
    const { go, guard } = travel('deny', files);
    expect(await go('https://files.example/')).toEqual(['203.0.113.7']);
    expect(await go(url)).toBe('DOWNLOAD_REFUSED');
    expect(guard.refusal?.facts).toMatchObject({ reason: 'PRIVATE_REDIRECT' });
  });

  test('does not follow one to a name of such an address, and says which', async () => {
    const { go, guard } = travel('deny', { ...files, 'camera.example': [['192.168.1.20']] });
    await go('https://files.example/');
    expect(await go('https://camera.example/')).toBe('DOWNLOAD_REFUSED');
    expect(guard.refusal?.message).toContain('redirects to camera.example');
    expect(guard.refusal?.message).toContain('192.168.1.20');
  });

  test('connects to no other addresses than those that were judged: a name may resolve otherwise a moment later', async () => {
    const { go } = travel('deny', { 'files.example': [['203.0.113.7'], ['127.0.0.1'], ['203.0.113.8', '10.0.0.1']] });
    expect(await go('https://files.example/')).toEqual(['203.0.113.7']);
    expect(await go('https://files.example/again')).toBe('DOWNLOAD_REFUSED');
  });

  test('of several addresses uses those of the internet', async () => {
    const { go } = travel('deny', { ...files, 'mixed.example': [['10.0.0.1', '203.0.113.9', '::1']] });
    await go('https://files.example/');
    expect(await go('https://mixed.example/')).toEqual(['203.0.113.9']);
  });

  test('may begin in its own network and go on there', async () => {
    const { go } = travel('deny', { 'nas.example': [['192.168.1.2']], 'camera.example': [['192.168.1.3']] });
    expect(await go('http://nas.example/')).toEqual(['192.168.1.2']);
    expect(await go('http://camera.example/')).toEqual(['192.168.1.3']);
    expect(await go('http://127.0.0.1/')).toBe('as it is');
  });

  test('takes a name behind a proxy for one of the internet, and judges the addresses that URLs have', async () => {
    const { go } = travel('deny');
    expect(await go('http://files.example/', 'proxy')).toBe('as it is');
    expect(await go('http://10.0.0.1/', 'proxy')).toBe('DOWNLOAD_REFUSED');
    expect(await travel('deny', files).go('http://localhost/', 'proxy')).toBe('as it is');
  });
});

test('without a word of the twin redirects into the own network are followed', async () => {
  const { go } = travel('allow', { ...files, 'camera.example': [['192.168.1.20']] });
  await go('https://files.example/');
  expect(await go('https://camera.example/')).toEqual(['192.168.1.20']);
  expect(await go('http://127.0.0.1/')).toBe('as it is');
});
