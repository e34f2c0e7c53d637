import { createServer, type Server } from 'node:http';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 as sha256Of } from '@companion/foundation/node';
import { create } from 'tar';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startDeepStream, type DeepStreamDouble } from '../testing/deepstream.ts';
import { makeReconciler } from '../testing/make-reconciler.ts';
import type { ModuleState } from './module-state.ts';
import type { Reconciler } from './reconciler.ts';

const weights = 'weights '.repeat(500);
const app = '[primary-gie]\nenable=1\nconfig-file=infer.txt\n';

describe('content of the store', () => {
  let folder: string;
  let root: string;
  let server: Server;
  let base: string;
  let reconciler: Reconciler;
  let deepStream: DeepStreamDouble | undefined;
  let damaged: string[];
  const files = new Map<string, Buffer>();
  const requests: string[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'damage-'));
    root = join(folder, 'volume');
    files.clear();
    requests.length = 0;
    server = createServer((request, response) => {
      const name = (request.url ?? '').slice(1);
      requests.push(name);
      const body = files.get(name);
      response.writeHead(body === undefined ? 404 : 200).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await start();
  });
  afterEach(async () => {
    await reconciler.stop();
    await deepStream?.stop();
    deepStream = undefined;
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    damaged = [];
    reconciler = await makeReconciler(root, {
      onState: ({ damage = [] }: ModuleState) => damaged.push(...damage.map(({ path, reason }) => `${path} ${reason}`)),
    });
    await reconciler.start();
  }
  async function restart(): Promise<void> {
    await reconciler.stop();
    await start();
  }
  function serve(kind: string, name: string, body: Buffer | string): Record<string, unknown> {
    files.set(name, Buffer.from(body));
    return { kind, url: `${base}/${name}`, sha256: sha256Of(Buffer.from(body)) };
  }
  async function tarball(name: string, contents: Readonly<Record<string, string>>): Promise<Buffer> {
    const directory = await mkdtemp(join(folder, 'pack-'));
    for (const [file, text] of Object.entries(contents)) await writeFile(join(directory, file), text);
    await create({ gzip: true, cwd: directory, file: join(folder, name) }, Object.keys(contents));
    return readFile(join(folder, name));
  }
  let version = 0;
  async function apply(artifacts: Record<string, unknown>, deepstream: Record<string, unknown> = {}): Promise<string> {
    const activate = { by: 'none', healthyAfterSec: 1, ...(deepstream['activate'] as object | undefined) };
    const properties = { artifacts, deepstream: { ...deepstream, activate }, policy: { freeBytesFloor: 0 } };
    reconciler.submit({
      version: ++version,
      properties: JSON.parse(JSON.stringify(properties)) as Record<string, never>,
    });
    return settled();
  }
  /** Resolves with the release's directory once the newest twin is in force. */
  async function settled(): Promise<string> {
    const asked = version;
    await vi.waitFor(
      () => {
        const { desiredVersion, wanted, releases, damage = [] } = reconciler.state;
        expect({ desiredVersion, state: wanted?.preparation.state, current: releases.current, damage }).toEqual({
          desiredVersion: asked,
          state: 'ready',
          current: wanted?.id,
          damage: [],
        });
      },
      { timeout: 15_000, interval: 20 },
    );
    return join(root, 'releases', reconciler.state.wanted?.id ?? '');
  }
  /** Looks at the volume again, as a restart or a twin would. */
  async function look(): Promise<string> {
    damaged.length = 0;
    reconciler.refresh();
    await vi.waitFor(() => expect(reconciler.state.wanted?.preparation.state).toBe('preparing'), { interval: 1 });
    return settled();
  }
  const entryOf = async (release: string, name: string): Promise<string> =>
    (await readlink(join(release, 'models', name))).replace('../../../', '');

  test('goes by its digest, and each name of it by the release: in one twin and in the next', async () => {
    const one = serve('model', 'a.onnx', weights);
    const two = serve('model', 'b.onnx', weights);
    const release = await apply({ one, two });
    expect(await readFile(join(release, 'models/one/a.onnx'), 'utf8')).toBe(weights);
    expect(await readFile(join(release, 'models/two/b.onnx'), 'utf8')).toBe(weights);
    expect(requests).toHaveLength(1);
    const next = await apply({ one: serve('model', 'c.onnx', weights), text: serve('config', 'c.txt', weights) });
    expect(await readdir(join(next, 'models/one'))).toEqual(['c.onnx']);
    expect(await readFile(join(next, 'configs/text/c.txt'), 'utf8')).toBe(weights);
    expect(requests).toHaveLength(1);
  });

  test('that is to stay packed is one file, beside the same bytes unpacked, and the twin says which is which', async () => {
    const packed = await tarball('net.tgz', { 'net.onnx': weights, 'labels.txt': 'car\n' });
    const net = serve('model', 'net.tgz', packed);
    const whole = { ...net, unpack: 'none' };
    const release = await apply({ net, whole });
    expect(await readdir(join(release, 'models/net'))).toEqual(['labels.txt', 'net.onnx']);
    expect(await readdir(join(release, 'models/whole'))).toEqual(['net.tgz']);
    expect(await readFile(join(release, 'models/whole/net.tgz'))).toEqual(packed);
    expect(reconciler.state.artifacts).toMatchObject({ net: { unpacked: true }, whole: { unpacked: false } });

    const next = await apply({ net: whole });
    expect(await readdir(join(next, 'models/net'))).toEqual(['net.tgz']);
    await restart();
    const last = await apply({ net, other: { ...whole, url: `${base}/other.tgz` } });
    expect(await readdir(join(last, 'models/net'))).toEqual(['labels.txt', 'net.onnx']);
    expect(await readdir(join(last, 'models/other'))).toEqual(['other.tgz']);
    expect(requests).toEqual(['net.tgz', 'net.tgz']);
  });

  test.each(['auto', 'none'])('that is no archive is the same content with unpack: %s', async (unpack) => {
    const net = serve('model', 'net.onnx', weights);
    await apply({ net });
    const release = await apply({ net: { ...net, unpack } });
    expect(await readFile(join(release, 'models/net/net.onnx'), 'utf8')).toBe(weights);
    expect(requests).toHaveLength(1);
    expect(reconciler.state.artifacts).toMatchObject({ net: { unpacked: false } });
  });

  test.each([
    ['truncated', (path: string) => truncate(path, 10)],
    ['removed', (path: string) => unlink(path)],
    ['replaced', (path: string) => writeFile(path, weights.toUpperCase())],
  ])('that was %s is fetched again into a new entry, and the release leads there', async (_how, harm) => {
    const net = serve('model', 'net.tgz', await tarball('net.tgz', { 'net.onnx': weights, 'labels.txt': 'car\n' }));
    const release = await apply({ net });
    const before = await entryOf(release, 'net');
    await harm(join(root, before, 'net.onnx'));
    expect(await look()).toBe(release);
    expect(damaged).toContain('models/net leads to content that is missing or damaged');
    const after = await entryOf(release, 'net');
    expect(after).not.toBe(before);
    expect(await readFile(join(release, 'models/net/net.onnx'), 'utf8')).toBe(weights);
    expect(requests).toEqual(['net.tgz', 'net.tgz']);
    await reconciler.prune();
    expect(await lstat(join(root, before)).catch(() => 'gone')).toBe('gone');
    expect(await look()).toBe(release);
    expect(requests).toHaveLength(2);
  });

  test('that is damaged stays in force while it can not be fetched, and is mended once it can', async () => {
    const net = serve('model', 'net.onnx', weights);
    const release = await apply({ net });
    const body = files.get('net.onnx');
    files.clear();
    await truncate(join(release, 'models/net/net.onnx'), 10);
    reconciler.refresh();
    await vi.waitFor(() => expect(reconciler.state.artifacts['net']).toMatchObject({ state: 'failed' }), {
      timeout: 10_000,
    });
    expect(reconciler.state.damage).toMatchObject([{ path: 'models/net' }]);
    expect((await stat(join(release, 'models/net/net.onnx'))).size).toBe(10);
    if (body !== undefined) files.set('net.onnx', body);
    reconciler.refresh();
    await settled();
    expect(await readFile(join(release, 'models/net/net.onnx'), 'utf8')).toBe(weights);
  });

  test('rots unseen until verify reads it; what DeepStream wrote beside it is its own', async () => {
    const net = serve('model', 'net.onnx', weights);
    const release = await apply({ net });
    const file = join(release, 'models/net/net.onnx');
    await writeFile(join(release, 'models/net/net.onnx_b1_gpu0_fp16.engine'), 'engine');
    expect(await reconciler.verify()).toMatchObject({ checkedFiles: 1, damage: [], finished: true });
    // Whole seconds, which come back as they were.
    await utimes(file, 1_700_000_000, 1_700_000_000);
    await look();
    await writeFile(file, weights.replace('weights', 'Weights'));
    await utimes(file, 1_700_000_000, 1_700_000_000);
    await look();
    expect(damaged).toEqual([]);
    expect(await reconciler.verify()).toMatchObject({
      damage: [{ path: 'net.onnx', reason: 'has other content than was written' }],
      finished: true,
    });
    await vi.waitFor(async () => expect(await readFile(file, 'utf8')).toBe(weights), { timeout: 10_000 });
  });

  test('of an earlier version is adopted as it is: nothing is downloaded, and damage is seen from then on', async () => {
    const net = serve('model', 'net.onnx', weights);
    const tar = serve('model', 'tar.tgz', await tarball('tar.tgz', { 'a.onnx': weights, 'b.txt': 'b' }));
    const release = await apply({ net, tar });
    await reconciler.stop();
    await rm(join(root, 'manifests'), { recursive: true });
    await rm(join(root, 'copies'), { recursive: true });
    await writeFile(join(release, 'models/tar/a.onnx_b1.engine'), 'engine');
    await start();
    await apply({ net, tar });
    expect(requests).toHaveLength(2);
    await writeFile(join(release, 'models/tar/a.onnx_b1.engine'), 'another engine');
    await look();
    expect([requests.length, damaged]).toEqual([2, []]);
    await truncate(join(release, 'models/tar/a.onnx'), 1);
    await look();
    expect(requests.slice(2)).toEqual(['tar.tgz']);
  });

  test.each([
    ['missing', (path: string) => rm(path)],
    ['garbled', (path: string) => writeFile(path, '{"id":')],
  ])('a release whose release.json is %s gets it again, and nothing else of it changes', async (_how, harm) => {
    const artifacts = { net: serve('model', 'net.onnx', weights), c: serve('config', 'app.txt', app) };
    const release = await apply(artifacts);
    const text = await readFile(join(release, 'release.json'), 'utf8');
    await harm(join(release, 'release.json'));
    await restart();
    expect(await apply(artifacts)).toBe(release);
    expect(await readFile(join(release, 'release.json'), 'utf8')).toBe(text);
    expect(requests).toHaveLength(2);
  });

  test('a config of a release that was changed by hand is as it was published again', async () => {
    const c = serve('config', 'app.txt', app);
    const release = await apply({ c });
    await mkdir(join(release, 'configs/c/cache'));
    await writeFile(join(release, 'configs/c/app.txt'), `${app}\n# by hand`);
    await look();
    expect(new Set(damaged).size).toBe(1);
    expect(await readFile(join(release, 'configs/c/app.txt'), 'utf8')).toBe(app);
    expect(await readdir(join(release, 'configs/c'))).toEqual(['app.txt', 'cache']);
  });

  test('DeepStream is restarted only for what its config uses, and a link that is gone is made again', async () => {
    deepStream = startDeepStream({ root });
    const infer = '[property]\nonnx-file=../../models/net/net.onnx\n';
    const c = serve('config', 'c.tgz', await tarball('c.tgz', { 'app.txt': app, 'infer.txt': infer }));
    const artifacts = {
      c,
      net: serve('model', 'net.onnx', weights),
      spare: serve('model', 'spare.onnx', `${weights}!`),
    };
    const release = await apply(artifacts, { config: 'configs/c/app.txt', activate: { by: 'supervisor' } });
    await vi.waitFor(() => expect(reconciler.state.releases.control.activation.phase).toBe('steady'), {
      timeout: 10_000,
    });
    expect(deepStream.started).toHaveLength(1);
    await truncate(join(release, 'models/spare/spare.onnx'), 1);
    await look();
    expect(deepStream.started).toHaveLength(1);
    await truncate(join(release, 'models/net/net.onnx'), 1);
    await look();
    await vi.waitFor(() => expect(deepStream?.started).toHaveLength(2), { timeout: 10_000 });
    await unlink(join(root, 'current'));
    await vi.waitFor(async () => expect(join(root, await readlink(join(root, 'current')))).toBe(release), {
      timeout: 10_000,
    });
    expect(reconciler.state.releases.stateFindings).toMatchObject([{ code: 'CURRENT_RESTORED' }]);
  });
});
