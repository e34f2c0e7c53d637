import { createServer, type Server } from 'node:http';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { sha256 as sha256Of } from '@companion/foundation/node';
import { createLog } from '@companion/edge';
import { create } from 'tar';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeReconciler } from '../testing/make-reconciler.ts';
import type { Reconciler } from './reconciler.ts';
import { releasePhase, type ModuleState } from './module-state.ts';
import { openVolume } from '../volume/open-volume.ts';

const app = '# by hand\n[sink0]\nenable=1\ntype=1\n\n[tests]\nfile-loop=0\n';

describe('reconciling the volume with the twin', () => {
  let folder: string;
  let root: string;
  let server: Server;
  let base: string;
  const files = new Map<string, Buffer>();
  const requests: string[] = [];
  let reconciler: Reconciler;
  let states: ModuleState[];
  let logText: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'artifacts-'));
    root = join(folder, 'volume');
    files.clear();
    requests.length = 0;
    server = createServer((request, response) => {
      const name = (request.url ?? '').slice(1).replace(/\?.*$/, '');
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
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    states = [];
    logText = '';
    const destination = new Writable({
      write(chunk: Buffer, _encoding, done) {
        logText += chunk.toString();
        done();
      },
    });
    reconciler = await makeReconciler(root, {
      log: createLog({ module: 'artifacts', level: 'info', destination }),
      onState: (state) => states.push(state),
    });
    await reconciler.start();
  }

  function serve(name: string, body: Buffer | string): { url: string; sha256: string } {
    const bytes = Buffer.from(body);
    files.set(name, bytes);
    return { url: `${base}/${name}`, sha256: sha256Of(bytes) };
  }

  async function archive(contents: Readonly<Record<string, string>>): Promise<Buffer> {
    const directory = await mkdtemp(join(folder, 'archive-'));
    for (const [name, text] of Object.entries(contents)) {
      await mkdir(join(directory, name, '..'), { recursive: true });
      await writeFile(join(directory, name), text);
    }
    const file = `${directory}.tgz`;
    await create({ gzip: true, cwd: directory, file }, await readdir(directory));
    return readFile(file);
  }

  async function until(probe: (state: ModuleState) => boolean): Promise<ModuleState> {
    await vi.waitFor(() => expect(probe(reconciler.state), JSON.stringify(reconciler.state)).toBe(true), {
      timeout: 10_000,
      interval: 10,
    });
    return reconciler.state;
  }
  const phase = (): string | undefined => releasePhase(reconciler.state)?.state;
  const published = async (): Promise<{ current: string }> => {
    const { releases } = await until(
      ({ releases: view, wanted }) => view.current !== undefined && view.current === wanted?.id,
    );
    return { current: releases.current ?? '' };
  };
  const refused = (): Promise<ModuleState> => until(() => phase() === 'refused');

  async function twin(change: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    return {
      artifacts: {
        resnet10: {
          kind: 'model',
          ...serve('resnet10.tar.gz', await archive({ 'a.caffemodel': 'weights', 'sub/labels.txt': 'Car' })),
        },
        nano: { kind: 'config', ...serve('nano.txt', app) },
      },
      deepstream: { config: 'configs/nano/nano.txt' },
      ...change,
    };
  }
  let version = 0;
  function submit(properties: Record<string, unknown>): void {
    reconciler.submit({
      version: ++version,
      properties: JSON.parse(JSON.stringify(properties)) as Record<string, never>,
    });
  }

  test('publishes models, configs and streams as one release behind one relative link', async () => {
    const properties = await twin();
    const cars = { kind: 'stream', ...serve('cars.tar.gz', await archive({ 'cars.mp4': 'video' })) };
    submit({ ...properties, artifacts: { ...(properties['artifacts'] as object), cars } });
    const { current } = await published();
    expect(await readlink(join(root, 'current'))).toBe(`releases/${current}`);
    expect(await readlink(join(root, 'current/models/resnet10'))).toMatch(/^\.\.\/\.\.\/\.\.\/store\/[0-9a-f]{64}$/);
    expect(await readFile(join(root, 'current/models/resnet10/sub/labels.txt'), 'utf8')).toBe('Car');
    expect(await readFile(join(root, 'current/streams/cars/cars.mp4'), 'utf8')).toBe('video');
    expect((await lstat(join(root, 'current/configs/nano'))).isDirectory()).toBe(true);
    expect(await readFile(join(root, 'current/app-config'), 'utf8')).toBe('configs/nano/nano.txt\n');
    expect(await readdir(join(root, 'staging'))).toEqual([]);
    expect(await readdir(join(root, 'partial'))).toEqual([]);
  });

  test('edits configs in the release and nowhere else, and leaves every other byte alone', async () => {
    const deepstream = {
      config: 'configs/nano/nano.txt',
      edits: {
        off: { group: 'sink0', set: { enable: 0 } },
        rtsp: { group: 'sink3', set: { enable: 1, 'rtsp-port': 8554 } },
      },
    };
    submit(await twin({ deepstream }));
    await published();
    const text = await readFile(join(root, 'current/configs/nano/nano.txt'), 'utf8');
    expect(text.startsWith('# by hand\n[sink0]\nenable=0\ntype=1\n')).toBe(true);
    expect(text).toMatch(/\[sink3\]\nenable=1\nrtsp-port=8554\n/);
    const [stored = ''] = (await readdir(join(root, 'store'))).filter((digest) => digest === sha256Of(app));
    expect(await readFile(join(root, 'store', stored, 'nano.txt'), 'utf8')).toBe(app);
  });

  test('does nothing for the same twin delivered again, after a restart of the module too', async () => {
    const properties = await twin();
    submit(properties);
    const { current } = await published();
    const before = requests.length;
    const { ctimeMs } = await lstat(join(root, 'current'));
    submit(properties);
    await until(
      (state) => state.desiredVersion === version && state.releases.current === current && phase() === 'starting',
    );
    await reconciler.stop();
    await start();
    submit(properties);
    await published();
    expect(requests).toHaveLength(before);
    expect((await lstat(join(root, 'current'))).ctimeMs).toBe(ctimeMs);
  });

  test('leaves everything as it is for a twin without artifacts', async () => {
    submit(await twin());
    const { current } = await published();
    submit({});
    await until((state) => state.twin === 'unmanaged');
    expect(reconciler.state.releases.current).toBe(current);
    expect(await readFile(join(root, 'current/configs/nano/nano.txt'), 'utf8')).toBe(app);
  });

  test('keeps the last good state for a twin with mistakes, and names them', async () => {
    submit(await twin());
    const { current } = await published();
    submit({ artifacts: { nano: { kind: 'config', url: 'nowhere', sha256: 'x' } } });
    const state = await until(({ twin: kind }) => kind === 'invalid');
    expect(state.findings.map(({ at }) => at.path?.join('.'))).toEqual(['artifacts.nano.url', 'artifacts.nano.sha256']);
    expect(await readlink(join(root, 'current'))).toBe(`releases/${current}`);
  });

  test('publishes nothing whose bytes are not those the twin names, and takes them once they are right', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.01);
    const properties = await twin();
    const right = files.get('nano.txt') ?? Buffer.alloc(0);
    files.set('nano.txt', Buffer.from('a page of the proxy'));
    submit(properties);
    const state = await refused();
    expect(releasePhase(state)).toMatchObject({ error: { code: 'DIGEST_MISMATCH' } });
    expect(state.artifacts['nano']).toMatchObject({ state: 'failed' });
    await expect(readlink(join(root, 'current'))).rejects.toThrow('ENOENT');
    files.set('nano.txt', right);
    await published();
    vi.restoreAllMocks();
  });

  test('refuses an archive with a link in it, for good', async () => {
    const directory = await mkdtemp(join(folder, 'bad-'));
    const { symlink } = await import('node:fs/promises');
    await symlink('/etc/passwd', join(directory, 'labels.txt'));
    await create({ gzip: true, cwd: directory, file: `${directory}.tgz` }, ['labels.txt']);
    const evil = { kind: 'model', ...serve('evil.tar.gz', await readFile(`${directory}.tgz`)) };
    submit({ artifacts: { evil } });
    const state = await refused();
    expect(releasePhase(state)).toMatchObject({
      error: { code: 'BAD_ARCHIVE', message: expect.stringContaining('SymbolicLink') as string },
    });
    expect(await readdir(join(root, 'store'))).toEqual([]);
  });

  test('refuses a release whose config is not where the twin says', async () => {
    submit(await twin({ deepstream: { config: 'configs/nano/other.txt' } }));
    expect(releasePhase(await refused())).toMatchObject({ error: { code: 'CONFIG_MISSING' } });
  });

  test('refuses a config that no key file reader would take, naming file and line', async () => {
    const broken = { kind: 'config', ...serve('broken.txt', '[sink0]\nenable\n') };
    submit({
      artifacts: { broken },
      deepstream: { config: 'configs/broken/broken.txt', edits: { e: { group: 'sink0', set: { enable: 1 } } } },
    });
    expect(releasePhase(await refused())).toMatchObject({
      error: { code: 'CONFIG_INVALID', message: expect.stringContaining('configs/broken/broken.txt:2') as string },
    });
  });

  test('refuses a config that leads to a file which is not there, before anything that runs is touched, and remembers it', async () => {
    submit(await twin());
    const { current } = await published();
    const text = `${app}\n[primary-gie]\nenable=1\nconfig-file=infer.txt\n`;
    const broken = await twin({ deepstream: { config: 'configs/nano/gie.txt' } });
    const nano = { kind: 'config', ...serve('gie.txt', text) };
    submit({ ...broken, artifacts: { ...(broken['artifacts'] as object), nano } });
    expect(releasePhase(await refused())).toMatchObject({
      error: { code: 'CONFIG_INVALID', message: expect.stringContaining('infer.txt') as string },
    });
    expect(await readlink(join(root, 'current'))).toBe(`releases/${current}`);
    const { releases } = await until((state) => state.releases.control.rejected.length > 0);
    expect(releases.control.rejected).toMatchObject([{ code: 'CONFIG_INVALID' }]);
  });

  test('a newer twin overtakes an older one that still downloads', async () => {
    const properties = await twin();
    const slow = createServer((_request, response) => void response.writeHead(200).write('never ends'));
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/big`;
    submit({ artifacts: { big: { kind: 'model', url, sha256: '0'.repeat(64) } } });
    await until(({ artifacts }) => artifacts['big']?.receivedBytes === 10);
    submit(properties);
    await published();
    slow.closeAllConnections();
    slow.close();
  });

  test('never shows the query of a URL, in its state or its log', async () => {
    const { sha256, url } = serve('nano.txt', app);
    submit({
      artifacts: {
        nano: { kind: 'config', url: `${url}?sig=secret`, sha256: 'f'.repeat(64) },
        gone: { kind: 'model', url: `${base}/gone?sig=secret`, sha256 },
      },
    });
    await refused();
    expect(JSON.stringify(states)).not.toContain('secret');
    expect(logText).toContain('DOWNLOAD_REFUSED');
    expect(logText).not.toContain('secret');
  });
});

test('a volume that can not be written is one clear line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'artifacts-'));
  await writeFile(join(folder, 'file'), '');
  await expect(openVolume(join(folder, 'file', 'volume'))).rejects.toMatchObject({
    code: 'VOLUME_UNWRITABLE',
    message: expect.stringMatching(/^the volume .* can't be written: .*$/) as string,
  });
  await rm(folder, { recursive: true });
});

test('leftovers of a cut are swept when the volume is opened', async () => {
  const root = await mkdtemp(join(tmpdir(), 'artifacts-'));
  const { staging, partial } = await openVolume(root);
  await writeFile(join(partial, 'x.part'), 'half');
  await mkdir(join(staging, 'release'));
  await writeFile(join(root, '.current.0b1fe2c8-6c33-4d1f-9b52-000000000000.tmp'), '');
  await openVolume(root);
  expect((await readdir(root)).sort()).toEqual([
    'copies',
    'engines',
    'manifests',
    'partial',
    'releases',
    'staging',
    'store',
  ]);
  expect(await readdir(staging)).toEqual([]);
  expect(await readdir(partial)).toEqual([]);
  await rm(root, { recursive: true });
});
