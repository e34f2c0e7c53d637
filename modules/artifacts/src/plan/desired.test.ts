import { describe, expect, test } from 'vitest';
import { parseDesired, type Finding } from './desired.ts';

const sha256 = 'a'.repeat(64);
const model = { kind: 'model', url: 'https://files.example/resnet10.tar.gz', sha256 };
const config = { kind: 'config', url: 'https://files.example/nano.txt', sha256: 'B'.repeat(64) };

function findings(properties: Record<string, unknown>): readonly Finding[] {
  const desired = parseDesired(properties);
  return desired.kind === 'invalid' ? desired.findings : [];
}

describe('the desired properties', () => {
  test('without artifacts mean hands off, never "remove all"', () => {
    expect(parseDesired({})).toEqual({ kind: 'unmanaged' });
    expect(parseDesired({ deepstream: { config: 'configs/a/b.txt' } })).toEqual({ kind: 'unmanaged' });
  });

  test('with an empty map of artifacts are managed, and ask for an empty release', () => {
    expect(parseDesired({ artifacts: {} }).kind).toBe('managed');
  });

  test('become a sorted, readonly state with defaults, digests in lower case and switches as 0 and 1', () => {
    const desired = parseDesired({
      artifacts: { resnet10: model, nano: config },
      deepstream: {
        config: 'configs/nano/nano.txt',
        edits: { rtsp: { group: 'sink3', set: { enable: true, 'rtsp-port': 8554, codec: '1' } } },
      },
    });
    expect(desired).toMatchObject({
      kind: 'managed',
      state: {
        artifacts: [{ name: 'nano', sha256: 'b'.repeat(64) }, { name: 'resnet10' }],
        edits: [{ name: 'rtsp', group: 'sink3', set: { enable: '1', 'rtsp-port': '8554', codec: '1' } }],
        activate: { by: 'supervisor', healthyAfterSec: 30, giveUpAfterSec: 1800 },
      },
    });
  });

  test('are the same value whatever the order of their keys', () => {
    const one = parseDesired({ artifacts: { a: model, b: config } });
    const other = parseDesired({ artifacts: { b: config, a: model } });
    expect(one).toEqual(other);
  });

  test.each<[string, Record<string, unknown>, string, string]>([
    ['a digest that is none', { artifacts: { a: { ...model, sha256: 'abc' } } }, 'artifacts.a.sha256', 'hexadecimal'],
    ['an unknown kind', { artifacts: { a: { ...model, kind: 'video' } } }, 'artifacts.a.kind', 'model'],
    ['a URL of another scheme', { artifacts: { a: { ...model, url: 'ftp://x/y' } } }, 'artifacts.a.url', 'http'],
    ['a password in a URL', { artifacts: { a: { ...model, url: 'https://u:p@x/y' } } }, 'artifacts.a.url', 'password'],
    ['a name that leaves the folder', { artifacts: { '../a': model } }, 'artifacts.../a', ''],
    ['an unknown field', { artifacts: { a: { ...model, sha: '1' } } }, 'artifacts.a.sha', 'not a known field'],
    [
      'a field of a later version',
      { artifacts: { a: { ...model, credential: 'blob' } } },
      'artifacts.a.credential',
      'not supported by this version',
    ],
    ['a section of a later version', { artifacts: {}, policy: {} }, 'policy', 'not supported by this version'],
    [
      'a config outside the release',
      { artifacts: {}, deepstream: { config: '../x' } },
      'deepstream.config',
      'configs/',
    ],
    [
      'a config with ..',
      { artifacts: { c: config }, deepstream: { config: 'configs/c/../x' } },
      'deepstream.config',
      '..',
    ],
    [
      'a config of no artifact',
      { artifacts: { c: config }, deepstream: { config: 'configs/d/x' } },
      'deepstream.config',
      '"d"',
    ],
    [
      'an edit of nothing',
      { artifacts: {}, deepstream: { edits: { e: { group: 'g', set: {} } } } },
      'deepstream.edits.e',
      'no file',
    ],
    [
      'a value of two lines',
      {
        artifacts: { c: config },
        deepstream: { config: 'configs/c/x', edits: { e: { group: 'g', set: { k: 'a\nb' } } } },
      },
      'deepstream.edits.e.set.k',
      'one line',
    ],
    [
      'times in the wrong order',
      { artifacts: {}, deepstream: { activate: { healthyAfterSec: 60, giveUpAfterSec: 30 } } },
      'deepstream.activate',
      'giveUpAfterSec',
    ],
  ])('name the place of %s', (_, properties, path, message) => {
    const found = findings(properties).find((finding) => finding.path === path);
    expect(found?.message).toContain(message);
  });

  test('name every mistake at once', () => {
    const found = findings({ artifacts: { a: { ...model, kind: 1, sha256: 2 }, b: { kind: 'model' } }, extra: 1 });
    expect(found.map(({ path }) => path).sort()).toEqual([
      'artifacts.a.kind',
      'artifacts.a.sha256',
      'artifacts.b.sha256',
      'artifacts.b.url',
      'extra',
    ]);
  });
});
