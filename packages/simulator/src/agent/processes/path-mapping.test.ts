import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { mapPaths, plainPath } from './path-mapping.ts';

const artifacts = [{ container: '/artifacts', host: '/tmp/sim/host/var/deepstream/artifacts' }];
const hostFolder = '/tmp/sim/host/var/deepstream/artifacts';

describe('mapPaths', () => {
  test.each([
    ['/artifacts', hostFolder],
    ['/artifacts/', `${hostFolder}/`],
    ['/artifacts/current/release.json', `${hostFolder}/current/release.json`],
    ['--root=/artifacts', `--root=${hostFolder}`],
    ['/usr/lib:/artifacts:/artifacts/bin', `/usr/lib:${hostFolder}:${hostFolder}/bin`],
    ['file:///artifacts/streams/a.mp4', `file://${hostFolder}/streams/a.mp4`],
    [
      'until [ -f /artifacts/supervisor.sh ]; do sleep 1; done; exec "/artifacts/supervisor.sh" /artifacts;',
      `until [ -f ${hostFolder}/supervisor.sh ]; do sleep 1; done; exec "${hostFolder}/supervisor.sh" ${hostFolder};`,
    ],
    ['cd /artifacts&&ls>/artifacts/list', `cd ${hostFolder}&&ls>${hostFolder}/list`],
  ])('maps %s', (text, expected) => expect(mapPaths(text, artifacts)).toBe(expected));

  test.each([
    '/artifacts2',
    '/artifacts-old/x',
    '/artifacts.bak',
    '/artifactsü',
    '/srv/artifacts',
    'a/artifacts',
    './artifacts',
    'http://host/artifacts/x',
    '//artifacts',
    'artifacts',
  ])('leaves %s alone', (text) => expect(mapPaths(text, artifacts)).toBe(text));

  test('the longest of several mappings wins, in whatever order they come', () => {
    const mappings = [
      { container: '/data', host: '/h/data' },
      { container: '/data/cache', host: '/h/cache' },
    ];
    for (const order of [mappings, [...mappings].reverse()]) {
      expect(mapPaths('/data/cache/x /data/cached /data', order)).toBe('/h/cache/x /h/data/cached /h/data');
    }
  });

  test('what was put in is not mapped again', () => {
    const swap = [
      { container: '/a', host: '/b' },
      { container: '/b', host: '/a' },
    ];
    expect(mapPaths('/a /b /a/b', swap)).toBe('/b /a /b/b');
  });

  const name = fc.stringMatching(/^[a-z][a-z0-9._-]{0,6}$/);
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`);

  test('every path of a shell string is mapped exactly if it is the target or lies below it', () => {
    fc.assert(
      fc.property(
        path,
        fc.array(path, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(' ', ':', ';', '"', '='),
        (target, paths, between) => {
          const all = [...paths, target, `${target}/below`, `${target}x`];
          const expected = all.map((one) =>
            one === target || one.startsWith(`${target}/`) ? `/HOST${one.slice(target.length)}` : one,
          );
          expect(mapPaths(all.join(between), [{ container: target, host: '/HOST' }])).toBe(expected.join(between));
        },
      ),
    );
  });

  test('without mappings, or with ones that do not occur, a text stays as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(mapPaths(text, [])).toBe(text);
        expect(mapPaths(text, [{ container: '/nowhere-in-it', host: '/x' }])).toBe(text);
      }),
    );
  });
});

test('plainPath resolves dots, never leaves the root and ends without a slash', () => {
  expect(plainPath('/var//deepstream/./x/../custom_configs/')).toBe('/var/deepstream/custom_configs');
  expect(plainPath('/../../etc')).toBe('/etc');
  expect(plainPath('/')).toBe('/');
});
