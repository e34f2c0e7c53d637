import { expect, test } from 'vitest';
import { proxyFor, proxySettings } from './proxy.ts';

const settings = proxySettings({
  HTTP_PROXY: 'http://p:1',
  https_proxy: 'q:2',
  NO_PROXY: 'local, .corp.example,10.0.0.1:81',
});

test('each scheme has its proxy', () => {
  expect(proxyFor(new URL('http://a.example/'), settings)).toBe('http://p:1');
  expect(proxyFor(new URL('https://a.example/'), settings)).toBe('http://q:2');
});

test('NO_PROXY names hosts with their subdomains, and ports', () => {
  expect(proxyFor(new URL('http://local/'), settings)).toBeUndefined();
  expect(proxyFor(new URL('http://x.corp.example/'), settings)).toBeUndefined();
  expect(proxyFor(new URL('http://xcorp.example/'), settings)).toBe('http://p:1');
  expect(proxyFor(new URL('http://10.0.0.1:81/'), settings)).toBeUndefined();
  expect(proxyFor(new URL('http://10.0.0.1/'), settings)).toBe('http://p:1');
  expect(proxyFor(new URL('http://any/'), { ...settings, none: '*' })).toBeUndefined();
});
