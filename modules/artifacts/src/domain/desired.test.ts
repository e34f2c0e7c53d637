import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { desiredJsonSchema } from './desired-json-schema.ts';
import { parseDesired as parse, type Desired, type Finding } from './desired.ts';

const schemaTakes = new Ajv2020({ strictTypes: false }).compile(desiredJsonSchema());

/** What the JSON Schema refuses, the module refuses: checked with every document of these tests. */
function parseDesired(properties: Record<string, unknown>): Desired {
  const desired = parse(properties);
  if (!schemaTakes(properties)) expect(desired.kind).toBe('invalid');
  return desired;
}

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
        activate: { by: 'supervisor', healthyAfterSec: 30, giveUpAfterSec: 1800, expectMessages: false },
        policy: { keepReleases: 2, parallel: 2, maxBytesPerSec: 0, freeBytesFloor: 268_435_456, window: undefined },
      },
    });
  });

  test('name no config that is longer than a path on the device can be', () => {
    const deepstream = (path: string): readonly Finding[] =>
      findings({ artifacts: { nano: config }, deepstream: { config: `configs/nano/${path}` } });
    expect(deepstream(`${'a/'.repeat(2042)}b`)).toMatchObject([{ message: 'must not be longer than 3500 bytes' }]);
    expect(deepstream('ü'.repeat(128))).toMatchObject([{ message: 'must not have a part longer than 255 bytes' }]);
    expect(deepstream('ü'.repeat(127))).toEqual([]);
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
    ['a URL without a host', { artifacts: { a: { ...model, url: 'http://' } } }, 'artifacts.a.url', 'http or https'],
    [
      'a URL with one slash',
      { artifacts: { a: { ...model, url: 'http:/files.example/x' } } },
      'artifacts.a.url',
      'http or https',
    ],
    [
      'a URL with port 0, which would be port 80',
      { artifacts: { a: { ...model, url: 'http://files.example:0/x' } } },
      'artifacts.a.url',
      '1 to 65535',
    ],
    [
      'a URL with a port beyond them',
      { artifacts: { a: { ...model, url: 'http://files.example:70000/x' } } },
      'artifacts.a.url',
      '1 to 65535',
    ],
    [
      'a URL with a port that is none',
      { artifacts: { a: { ...model, url: 'http://files.example:http/x' } } },
      'artifacts.a.url',
      '1 to 65535',
    ],
    [
      'an address that is none',
      { artifacts: { a: { ...model, url: 'http://1.2.3.4.5/x' } } },
      'artifacts.a.url',
      'host',
    ],
    ['a host of dots', { artifacts: { a: { ...model, url: 'http://./x' } } }, 'artifacts.a.url', 'host name'],
    [
      'a label of 64',
      { artifacts: { a: { ...model, url: `http://${'a'.repeat(64)}.example/x` } } },
      'artifacts.a.url',
      '63',
    ],
    [
      'an international name that is none',
      { artifacts: { a: { ...model, url: 'http://xn--/x' } } },
      'artifacts.a.url',
      'host',
    ],
    [
      'a user in a URL',
      { artifacts: { a: { ...model, url: 'https://u@files.example/y' } } },
      'artifacts.a.url',
      'password',
    ],
    ['a fragment', { artifacts: { a: { ...model, url: 'https://files.example/x#y' } } }, 'artifacts.a.url', 'fragment'],
    [
      'a line end in a URL',
      { artifacts: { a: { ...model, url: 'https://files.example/x\ny' } } },
      'artifacts.a.url',
      'white space',
    ],
    [
      'half a character in a URL',
      { artifacts: { a: { ...model, url: 'https://files.example/\ud800' } } },
      'artifacts.a.url',
      'half',
    ],
    [
      'a URL of 2,049 characters',
      { artifacts: { a: { ...model, url: `https://files.example/${'x'.repeat(2027)}` } } },
      'artifacts.a.url',
      '2048',
    ],
    ['a script as a URL', { artifacts: { a: { ...model, url: 'javascript:alert(1)' } } }, 'artifacts.a.url', 'http'],
    ['a data URL', { artifacts: { a: { ...model, url: 'data:text/plain,x' } } }, 'artifacts.a.url', 'http'],
    ['a name that leaves the folder', { artifacts: { '../a': model } }, 'artifacts.../a', 'letters, digits'],
    ['an unknown field', { artifacts: { a: { ...model, sha: '1' } } }, 'artifacts.a.sha', 'not a known field'],
    [
      'sources without a config',
      { artifacts: {}, deepstream: { sources: ['rtsp://a/b'] } },
      'deepstream.sources',
      'deepstream.config',
    ],
    ['no source at all', { artifacts: {}, deepstream: { sources: [] } }, 'deepstream.sources', '>=1'],
    ['a section that is none', { artifacts: {}, polici: {} }, 'polici', 'not a known field'],
    [
      'a policy of redirects that is none',
      { artifacts: {}, policy: { privateRedirects: false } },
      'policy.privateRedirects',
      'allow',
    ],
    ['a policy out of bounds', { artifacts: {}, policy: { parallel: 0 } }, 'policy.parallel', '1'],
    ['a window that is none', { artifacts: {}, policy: { window: '2-4' } }, 'policy.window', '02:00-04:00'],
    [
      'an activation that is none',
      { artifacts: {}, deepstream: { activate: { by: 'ssh' } } },
      'deepstream.activate.by',
      'supervisor',
    ],
    [
      'a socket nobody uses',
      { artifacts: {}, deepstream: { activate: { socket: '/x' } } },
      'deepstream.activate.socket',
      'docker',
    ],
    [
      'a module that is a path',
      { artifacts: {}, deepstream: { activate: { by: 'docker', module: '../x' } } },
      'deepstream.activate.module',
      'name',
    ],
    [
      'a size beyond the policy',
      { artifacts: { a: { ...model, sizeBytes: 11 } }, policy: { maxArtifactBytes: 10 } },
      'artifacts.a.sizeBytes',
      'maxArtifactBytes',
    ],
    ['a file URL with a host', { artifacts: { a: { ...model, url: 'file://host/x' } } }, 'artifacts.a.url', 'file:///'],
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
    const found = findings(properties).find(({ at }) => at.path?.join('.') === path);
    expect(found?.message).toContain(message);
  });

  const withSources = (sources: readonly unknown[]): Record<string, unknown> => ({
    artifacts: { c: config },
    deepstream: { config: 'configs/c/x.txt', sources },
  });

  test.each([
    'rtsp://10.0.0.4/live',
    'rtsp://admin:p#1?@ss@camera-1.local:554/ch0?token=x',
    'rtspt://[fe80::1]:8554/a',
    'https://camera/mjpeg',
    'file:///opt/nvidia/deepstream/sample.mp4',
    'file://../../streams/cars/cars%201.mp4',
  ])('take %s as a source', (uri) => {
    expect(parseDesired(withSources([uri]))).toMatchObject({ kind: 'managed', state: { sources: [uri] } });
  });

  test.each([
    ['cars.mp4', 'rtsp://'],
    ['ftp://h/s3cret', 'rtsp://'],
    ['rtsp://u:s3cret', 'rtsp://'],
    ['rtsp://u:s3cret@h/a b', 'one word'],
    ['rtsp://u:s3cret@h/a\nb', 'one word'],
    ['rtsp://u:s3cret@h/ä', 'one word'],
    ['rtsp://u:s3cret@h/a;b', 'percent-encode'],
    ['rtsp://u:s3cret@h/a,b', 'percent-encode'],
  ])('do not take %j as a source, and do not show it', (uri, message) => {
    const [found, ...others] = findings(withSources(['rtsp://h/a', uri]));
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      at: { path: ['deepstream', 'sources', 1] },
      message: expect.stringContaining(message) as string,
    });
    expect(JSON.stringify(found)).not.toContain('s3cret');
  });

  test('name every mistake at once', () => {
    const found = findings({ artifacts: { a: { ...model, kind: 1, sha256: 2 }, b: { kind: 'model' } }, extra: 1 });
    expect(found.map(({ at }) => at.path?.join('.')).sort()).toEqual([
      'artifacts.a.kind',
      'artifacts.a.sha256',
      'artifacts.b.sha256',
      'artifacts.b.url',
      'extra',
    ]);
  });
});

describe('a URL that can be asked', () => {
  test.each([
    'http://files.example:6000/x',
    'https://münchen.example/ü.bin?sig=%2B',
    'http://[2001:db8::1]:8080/x',
    'http://127.0.0.1/x',
    'HTTPS://FILES.EXAMPLE./x',
    `https://files.example/${'x'.repeat(2026)}`,
  ])('is taken: %s', (url) => {
    expect(parseDesired({ artifacts: { a: { ...model, url } } })).toMatchObject({ kind: 'managed' });
  });
});

describe('the key __proto__', () => {
  const twin = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
  const one = JSON.stringify(model);

  test.each([
    [`{"artifacts":{"__proto__":${one}}}`, ['artifacts', '__proto__']],
    [`{"artifacts":{"a":{"__proto__":{"kind":"model"}}}}`, ['artifacts', 'a', '__proto__']],
    [`{"artifacts":{},"__proto__":{"policy":{}}}`, ['__proto__']],
    [`{"artifacts":{},"deepstream":{"edits":{"__proto__":{}}}}`, ['deepstream', 'edits', '__proto__']],
    [
      `{"artifacts":{},"deepstream":{"edits":{"e":{"group":"g","set":{"__proto__":"1","toString":"2"}}}}}`,
      ['deepstream', 'edits', 'e', 'set', '__proto__'],
    ],
  ])('is a finding with its path, once: %s', (text, path) => {
    const desired = parseDesired(twin(text));
    const findings = desired.kind === 'invalid' ? desired.findings : [];
    expect(findings.filter(({ at }) => JSON.stringify(at.path) === JSON.stringify(path))).toHaveLength(1);
    expect(({} as Record<string, unknown>)['kind']).toBeUndefined();
  });

  test('is the only one: other names that objects have of themselves are names like any', () => {
    const names = ['constructor', 'hasOwnProperty', 'toString'];
    const artifacts = Object.fromEntries(names.map((name) => [name, model]));
    const desired = parseDesired({ artifacts });
    expect(desired.kind === 'managed' ? desired.state.artifacts.map(({ name }) => name) : []).toEqual(names);
  });
});
