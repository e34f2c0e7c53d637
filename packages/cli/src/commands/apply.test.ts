import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, readFile, readdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockVolume } from '@companion/artifacts';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { startArtifactServer, type ArtifactServer } from '../testing/artifact-server.ts';
import { createWorkbench, type Workbench } from '../testing/workbench.ts';

const config = '[tests]\nfile-loop=0\n';

describe('companion apply', () => {
  let bench: Workbench;
  let server: ArtifactServer;
  beforeEach(async () => {
    [bench, server] = await Promise.all([createWorkbench(), startArtifactServer()]);
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    await bench[Symbol.asyncDispose]();
  });

  const policy = { freeBytesFloor: 0 };
  async function desired(value: object): Promise<string> {
    await writeFile(bench.path('desired.json'), JSON.stringify(value));
    return bench.path('desired.json');
  }
  const root = (): string => bench.path('volume');
  const call = async (value: object, ...more: string[]) =>
    bench.call(['apply', `--desired=${await desired(value)}`, `--root=${root()}`, ...more]);
  const app = () => ({ artifacts: { app: { kind: 'config', ...server.put('app.txt', config) } }, policy });

  /** Names, contents and times of everything but the places where work is done. */
  async function snapshot(directory = root()): Promise<string[]> {
    const lines: string[] = [];
    for (const name of (await readdir(directory)).sort()) {
      const path = join(directory, name);
      const { ctimeMs, ino } = await lstat(path);
      const isDirectory = (await lstat(path)).isDirectory();
      lines.push(name === 'staging' || name === 'lock' ? path : `${path} ${ino} ${ctimeMs}`);
      if (isDirectory && name !== 'lock') lines.push(...(await snapshot(path)));
    }
    return lines;
  }

  test('brings what was packed into a volume, and a second run changes nothing', { timeout: 60_000 }, async () => {
    await mkdir(bench.path('net'));
    await writeFile(bench.path('net/net.onnx'), 'weights');
    await writeFile(bench.path('net/labels.txt'), 'Car\n');
    const packed = await bench.companion(['pack', 'net', '--url', `${server.url}/`]);
    expect(packed.code).toBe(0);
    server.put('net.tar.gz', await readFile(bench.path('net.tar.gz')));
    const { artifacts } = JSON.parse(packed.stdout) as { artifacts: object };
    const twin = {
      properties: {
        desired: {
          $version: 3,
          artifacts: { ...artifacts, ...app().artifacts },
          deepstream: { config: 'configs/app/app.txt' },
          policy,
        },
      },
    };
    const args = ['apply', '--desired', await desired(twin), '--root', root(), '--json'];
    const first = await bench.companion(args);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const { result, release } = JSON.parse(first.stdout) as Record<string, string>;
    expect(result).toBe('switched');
    expect(await readlink(join(root(), 'current'))).toBe(`releases/${release ?? ''}`);
    expect(await readFile(join(root(), 'current/models/net/labels.txt'), 'utf8')).toBe('Car\n');
    expect(await readFile(join(root(), 'current/app-config'), 'utf8')).toBe('configs/app/app.txt\n');
    expect((await lstat(join(root(), 'supervisor.sh'))).mode & 0o777).toBe(0o755);
    // The module that finds this is to watch a trial, not to believe in it.
    const state = JSON.parse(await readFile(join(root(), 'state.json'), 'utf8')) as object;
    expect(state).toMatchObject({ control: { activation: { phase: 'trying', release, told: false, starts: 0 } } });

    const before = await snapshot();
    const requests = server.ranges.length;
    const second = await bench.companion(args);
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ result: 'unchanged', release, before: release });
    expect(await snapshot()).toEqual(before);
    expect(server.ranges).toHaveLength(requests);
  });

  test('takes the section of a manifest and says in words what it did', async () => {
    const first = await call({ 'properties.desired': app() });
    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^release \w{16} is current now\n$/) as string,
    });
    expect(first.stderr).toBe('app: downloading\napp: verifying\napp: unpacking\napp: ready\n');
    expect((await call(app())).stdout).toMatch(/nothing to do\n$/);
  });

  test('moves on to another release, and the one before stays to go back to', async () => {
    await call(app());
    const before = await readlink(join(root(), 'current'));
    await call({ artifacts: {}, policy });
    expect(await readlink(join(root(), 'current'))).not.toBe(before);
    expect(await readdir(join(root(), 'releases'))).toHaveLength(2);
  });

  test.each<[string, object, RegExp]>([
    [
      'mistakes',
      { artifacts: { a: { kind: 'modell' } }, extra: 1 },
      /desired\.json: artifacts\.a\.kind: .*\n(?:.*\n)*.*: extra: is not a known field\n/,
    ],
    ['no artifacts', {}, /desired\.json: artifacts: is missing/],
  ])('refuses desired properties with %s by their paths, and makes no volume', async (_, value, message) => {
    const { code, stdout, stderr } = await call(value);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    const { stdout: json } = await call(value, '--json');
    expect(JSON.parse(json)).toMatchObject({ result: 'refused', findings: expect.any(Array) as object[] });
    expect(await readdir(bench.folder)).toEqual(['desired.json']);
  });

  test('fails with a code where a release would not run, and leaves current alone', async () => {
    await call(app());
    const before = await readlink(join(root(), 'current'));
    const { code, stderr } = await call({ ...app(), deepstream: { config: 'configs/app/none.txt' } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^release \w{16}: .*none\.txt .*\[CONFIG_MISSING\]\n$/m);
    expect(await readlink(join(root(), 'current'))).toBe(before);
  });

  test('takes file: URLs from the import directory only, relative ones as of there, and credentials from a directory', async () => {
    await mkdir(bench.path('usb'));
    await writeFile(bench.path('usb/my app.txt'), config);
    await writeFile(bench.path('outside.txt'), config);
    const { artifacts } = app();
    const local = (url: string): object => ({ artifacts: { app: { ...artifacts.app, url } }, policy });
    const importing = `--import=${bench.path('usb')}`;
    expect(await call(local('file:../outside.txt'), importing)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('IMPORT_REFUSED') as string,
    });
    expect(await call(local('file:my%20app.txt'))).toMatchObject({ code: 1 });
    expect(await call(local('file:my%20app.txt'), importing)).toMatchObject({ code: 0 });
    expect(await readFile(join(root(), 'current/configs/app/my_app.txt'), 'utf8')).toBe(config);

    await writeFile(bench.path('usb/blob'), 'nonsense s3cret');
    const guarded = { artifacts: { b: { kind: 'model', ...server.put('b.bin', 'b'), credential: 'blob' } }, policy };
    const refused = await call(guarded, `--secrets=${bench.path('usb')}`);
    expect(refused.stderr).toContain('CREDENTIAL_MISSING');
    expect(refused.stderr).not.toContain('s3cret');
    await writeFile(bench.path('usb/blob'), 'bearer s3cret');
    // It is found now, and not sent: this server has no TLS.
    expect((await call(guarded, `--secrets=${bench.path('usb')}`)).stderr).toContain('[CREDENTIAL_REFUSED]');
  });

  test('leaves a volume alone that a module or another run has, and says who has it', async () => {
    await call(app());
    const before = await snapshot();
    const lock = await lockVolume(root(), 'the artifacts module');
    const { code, stderr } = await call({ artifacts: {}, policy });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`^the volume .* is in use by the artifacts module, process ${process.pid} .* \\[VOLUME_LOCKED\\]\n$`),
    );
    expect(JSON.parse((await call({ artifacts: {}, policy }, '--json')).stdout)).toMatchObject({
      result: 'failed',
      error: { code: 'VOLUME_LOCKED', facts: { role: 'the artifacts module', pid: process.pid } },
    });
    expect(await snapshot()).toEqual(before);
    const shown = await bench.call(['status', '--root', root()]);
    expect(shown.stdout).toMatch(/^in use by {3}the artifacts module, process \d+ on host \S+, since 20/m);
    await lock.release();
    expect((await bench.call(['status', '--root', root()])).stdout).toMatch(/^in use by {3}nobody$/m);
    expect(await call({ artifacts: {}, policy })).toMatchObject({ code: 0 });
  });

  test('has exit code 2 where it is called wrongly, or its file can’t be read', async () => {
    for (const args of [[], ['--root=x'], ['--desired=x', '--root=x', 'more'], ['--desired=nowhere', '--root=x']]) {
      expect(await bench.call(['apply', ...args]), args.join(' ')).toMatchObject({ code: 2, stdout: '' });
    }
  });

  test.each([
    ['SIGKILL', null, 'SIGKILL'],
    ['SIGINT', 1, null],
  ] as const)('goes on after %s where it was', { timeout: 60_000 }, async (how, code, signal) => {
    const big = { kind: 'model', ...server.put('big.bin', Buffer.alloc(3_000_000, 'weights of a net ')) };
    const twin = { artifacts: { big }, policy };
    server.stallAfter(2_000_000);
    const args = [
      inject('programs').companion,
      'apply',
      `--desired=${await desired(twin)}`,
      `--root=${root()}`,
      '--json',
    ];
    const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const part = join(root(), 'partial', `${big.sha256}.part`);
    await vi.waitFor(async () => expect((await lstat(part)).size).toBe(2_000_000), { timeout: 40_000, interval: 20 });
    child.kill(how);
    expect(await once(child, 'exit')).toEqual([code, signal]);

    server.stallAfter(undefined);
    const again = await call(twin, '--json');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(server.ranges).toEqual([undefined, `bytes=2000000- if "${big.sha256}"`]);
    expect((await readFile(join(root(), 'current/models/big/big.bin'))).length).toBe(3_000_000);
    expect(await readdir(join(root(), 'partial'))).toEqual([]);
    expect(await readdir(join(root(), 'staging'))).toEqual([]);
  });

  test.each([
    ['artifact-stored', false],
    ['release-published', true],
    ['state-saved-trying', false],
    ['state-saved-trying', true],
  ])(
    'killed at %s leaves what was current (a release: %s), and the next run ends it',
    async (moment, followsAnother) => {
      const before = followsAnother
        ? await call({ artifacts: {}, policy }).then(() => readlink(join(root(), 'current')))
        : '';
      const child = spawn(
        process.execPath,
        [inject('programs').companion, 'apply', `--desired=${await desired(app())}`, `--root=${root()}`],
        {
          env: { ...process.env, FAIL_POINT: `${moment}#1` },
          stdio: 'ignore',
        },
      );
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
      expect(await readlink(join(root(), 'current')).catch(() => '')).toBe(before);
      expect(await call(app())).toMatchObject({ code: 0, stdout: expect.stringMatching(/current now/) as string });
      expect(await readFile(join(root(), 'current/configs/app/app.txt'), 'utf8')).toBe(config);
      expect(await readdir(join(root(), 'staging'))).toEqual([]);
      expect(server.ranges).toEqual([undefined]);
    },
  );
});
