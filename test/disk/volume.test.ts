import { execFileSync, spawnSync } from 'node:child_process';
import { chown, mkdir, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '@companion/foundation';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { lockVolume } from '@companion/artifacts';
import { startModuleBench, type ModuleBench } from './module-process.ts';
import { mountable } from './small-disk.ts';

const nobody = 65_534;
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
/** Node and this repository may lie where nobody else may look. */
const runsAsNobody =
  isRoot &&
  spawnSync(process.execPath, ['-e', `require('node:fs').accessSync('modules/artifacts/src/main.ts')`], {
    uid: nobody,
    gid: nobody,
  }).status === 0;

let bench: ModuleBench;
let root: string;
beforeEach(async () => {
  bench = await startModuleBench();
  root = join(bench.folder, 'volume');
  await mkdir(root);
});
afterEach(() => bench[Symbol.asyncDispose]());

/** A twin that takes no server: a release of nothing. */
const emptyTwin: JsonObject = { artifacts: {}, policy: { freeBytesFloor: 0 } };
function hasCurrent(): Promise<string> {
  return vi.waitFor(() => readlink(join(root, 'current')), { timeout: 10_000, interval: 50 });
}

describe('a volume that another writer has', () => {
  test('is waited for by the module, which says who has it, and is taken over when it is free', async () => {
    const lock = await lockVolume(root, 'companion apply');
    const module = bench.start('artifacts', root);
    expect(await module.volumeIs('locked')).toMatchObject({
      error: {
        code: 'VOLUME_LOCKED',
        message: expect.stringContaining(`in use by companion apply, process ${process.pid}`) as string,
      },
    });
    expect(await module.health()).toMatchObject({ status: 503, body: { checks: { volume: { ok: false } } } });
    module.want(emptyTwin);
    await vi.waitFor(() => expect(module.reported()['volume']).toMatchObject({ state: 'locked' }));
    expect(await readdir(root)).toEqual(['lock']);
    await lock.release();
    expect(await module.volumeIs('ready')).toEqual({ state: 'ready' });
    expect((await module.health()).status).toBe(200);
    expect(await hasCurrent()).toMatch(/^releases\//);
    expect(await module.kill('SIGTERM')).toBe(0);
    expect(await readdir(join(root, 'lock'))).toEqual([]);
  });

  test('goes from a module that is killed to the one that waits', async () => {
    const first = bench.start('first', root);
    await first.volumeIs('ready');
    const second = bench.start('second', root);
    expect(await second.volumeIs('locked')).toMatchObject({ error: { facts: { pid: first.pid } } });
    await first.kill('SIGKILL');
    await second.volumeIs('ready');
  });
});

describe.skipIf(!runsAsNobody)(
  'a volume of another owner (needs root, and files that others may read, to run the module as somebody else)',
  () => {
    test('is reported in one line with what to do, and taken as soon as it is given to the module', async () => {
      const module = bench.start('artifacts', root, nobody);
      expect(await module.volumeIs('unwritable')).toMatchObject({
        error: {
          code: 'VOLUME_UNWRITABLE',
          message: `the volume ${root} can't be written: uid 65534 may not write to ${root}, which belongs to uid 0; on the host, chown -R 65534:65534 the folder that is mounted there, or mount a named volume`,
          facts: { uid: nobody, owner: 0 },
        },
      });
      expect(await module.health()).toMatchObject({ status: 503, body: { checks: { volume: { ok: false } } } });
      module.want(emptyTwin);
      await chown(root, nobody, nobody);
      await module.volumeIs('ready');
      await hasCurrent();

      await chown(join(root, 'store'), 0, 0);
      expect(await module.volumeIs('unwritable')).toMatchObject({ error: { facts: { folder: join(root, 'store') } } });
      await chown(join(root, 'store'), nobody, nobody);
      await module.volumeIs('ready');
      expect((await module.health()).status).toBe(200);
      expect(module.log().filter(({ code }) => code === 'VOLUME_UNWRITABLE')).toHaveLength(2);
    });

    test('engine files that root left beside models go with them; what can not go is told once and stops nothing', async () => {
      await chown(root, nobody, nobody);
      const [plain = '', stubborn = ''] = ['a', 'b'].map((letter) => join(root, 'store', letter.repeat(64)));
      await mkdir(join(stubborn, 'engines'), { recursive: true });
      await mkdir(plain);
      for (const path of [join(root, 'store'), plain, stubborn]) await chown(path, nobody, nobody);
      await writeFile(join(plain, 'net.onnx_b1_gpu0_fp16.engine'), 'engine');
      await writeFile(join(stubborn, 'engines', 'net.engine'), 'engine');
      const module = bench.start('artifacts', root, nobody);
      module.want(emptyTwin);
      const volume = await vi.waitFor(
        () => {
          const shown = module.reported()['volume'] as JsonObject;
          expect(shown['undeletable']).toHaveLength(1);
          return shown;
        },
        { timeout: 15_000, interval: 50 },
      );
      const [left = ''] = volume['undeletable'] as string[];
      expect(left).toMatch(/^staging\/garbage-/);
      expect((await stat(join(root, left))).isDirectory()).toBe(true);
      expect(await readdir(join(root, 'store'))).toEqual([]);
      // Every start sweeps staging: it goes on there, too.
      await module.kill('SIGTERM');
      const again = bench.start('again', root, nobody);
      await vi.waitFor(() => expect(again.reported()['volume']).toEqual({ state: 'ready', undeletable: [left] }), {
        timeout: 15_000,
        interval: 50,
      });
      for (const one of [module, again]) expect(one.log().filter(({ path }) => path === left)).toHaveLength(1);
    });
  },
);

describe.skipIf(!mountable)('a volume that is mounted read-only (needs root, to mount a tmpfs)', () => {
  const mount = (...options: string[]): void => void execFileSync('mount', [...options, root]);
  beforeEach(() => mount('-t', 'tmpfs', '-o', 'ro,size=8m', 'tmpfs'));
  afterEach(async () => {
    execFileSync('umount', ['-l', root]);
    await rm(root, { recursive: true, force: true });
  });

  test('is reported, at the start and later, and used whenever it can be written', async () => {
    const module = bench.start('artifacts', root);
    expect(await module.volumeIs('unwritable')).toMatchObject({
      error: {
        code: 'VOLUME_UNWRITABLE',
        message: expect.stringMatching(/can't be written: it is mounted read-only; mount it without `ro`/) as string,
      },
    });
    mount('-o', 'remount,rw');
    await module.volumeIs('ready');
    mount('-o', 'remount,ro');
    await module.volumeIs('unwritable');
    module.want(emptyTwin);
    await vi.waitFor(() =>
      expect(module.reported()['release']).toMatchObject({ state: 'refused', error: { code: 'VOLUME_UNWRITABLE' } }),
    );
    expect((await module.health()).status).toBe(503);
    mount('-o', 'remount,rw');
    await module.volumeIs('ready');
    expect(await hasCurrent()).toMatch(/^releases\//);
    await module.kill('SIGKILL');
  });
});
