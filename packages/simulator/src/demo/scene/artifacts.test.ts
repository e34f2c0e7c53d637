import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tar from 'tar';
import { expect, test } from 'vitest';
import { startStandIn } from '../../deepstream/testing/stand-in.ts';
import { makeDemoArtifacts } from './artifacts.ts';
import { demoAppConfig } from './app-kind.ts';
import { demoZones } from './layout.ts';

async function inTemporaryFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'demo-'));
  try {
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

test('artifacts are told with name, kind, digest and size, and nothing else is left in their folder', async () => {
  await inTemporaryFolder(async (dir) => {
    const artifacts = await makeDemoArtifacts({ dir, seed: 1 });
    expect(artifacts.map(({ name, kind }) => [kind, name])).toEqual([
      ['model', 'resnet10'],
      ['config', 'carpark'],
      ['stream', 'yard'],
    ]);
    for (const { file, sha256, sizeBytes } of artifacts) {
      const bytes = await readFile(file);
      expect(bytes.length).toBe(sizeBytes);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
    expect((await readdir(dir)).sort()).toEqual(['carpark.tar.gz', 'resnet10.tar.gz', 'yard.tar.gz']);
  });
});

test('the same seed makes the same archives byte for byte, whenever and wherever; another seed makes others', async () => {
  await inTemporaryFolder(async (dir) => {
    const first = await makeDemoArtifacts({ dir: join(dir, 'first'), seed: 7 });
    const again = await makeDemoArtifacts({ dir: join(dir, 'somewhere', 'else'), seed: 7 });
    const other = await makeDemoArtifacts({ dir: join(dir, 'other'), seed: 8 });
    expect(again.map(({ sha256 }) => sha256)).toEqual(first.map(({ sha256 }) => sha256));
    expect(other[0]?.sha256).not.toBe(first[0]?.sha256);
    expect(other[2]?.sha256).not.toBe(first[2]?.sha256);
  });
});

test('archives hold plain files at their root, without owners and with one time', async () => {
  await inTemporaryFolder(async (dir) => {
    for (const { file } of await makeDemoArtifacts({ dir, seed: 1 })) {
      const entries: tar.ReadEntry[] = [];
      await tar.list({ file, onReadEntry: (entry) => entries.push(entry) });
      expect(entries.map(({ path }) => path)).toEqual(entries.map(({ path }) => path).sort());
      for (const entry of entries) {
        expect([entry.type, entry.path.includes('/'), entry.uid, entry.mode]).toEqual([
          'File',
          false,
          undefined,
          0o644,
        ]);
        expect(entry.mtime?.toISOString()).toBe('2020-01-01T00:00:00.000Z');
      }
    }
  });
});

test('unpacked as the artifacts module lays out a release, the stand-in starts on them and sees cars in the spots', async () => {
  await inTemporaryFolder(async (dir) => {
    const root = join(dir, 'artifacts');
    const release = join(root, 'releases', '1');
    for (const { name, kind, file, sha256 } of await makeDemoArtifacts({ dir: join(dir, 'downloads'), seed: 1 })) {
      const content = kind === 'config' ? join(release, 'configs', name) : join(root, 'store', sha256);
      await mkdir(content, { recursive: true });
      await tar.extract({ file, cwd: content });
      if (kind === 'config') continue;
      await mkdir(join(release, `${kind}s`), { recursive: true });
      await symlink(`../../../store/${sha256}`, join(release, `${kind}s`, name));
    }
    await symlink('releases/1', join(root, 'current'));

    const config = join(root, 'current', 'configs', 'carpark', demoAppConfig('keyfile'));
    await using standIn = startStandIn(['-c', config], { DEEPSTREAM_STAND_IN_FPS: '100' });
    // The demo loops: more frames than the scene has show that it does.
    await standIn.until(() => standIn.messages().length > 210);
    standIn.kill('SIGINT');
    expect(await standIn.exit).toBe(0);

    const messages = standIn.messages();
    expect(messages.every((message) => message['sensorId'] === 'Yard')).toBe(true);
    expect(messages[0]?.['@timestamp']).toBe('1970-01-01T00:00:00.000Z');
    const [left = 0, , right = 0] = demoZones().A2.polygon;
    const first = (messages[0]?.['objects'] as string[])[0]?.split('|') ?? [];
    expect(first[5]).toBe('Car');
    expect(Number(first[1])).toBeGreaterThan(left);
    expect(Number(first[3])).toBeLessThan(right);

    const model = join(release, 'models', 'resnet10');
    const engine = join(model, 'resnet10.caffemodel_b1_gpu0_fp16.engine');
    expect((await stat(engine)).isFile()).toBe(true);
    expect(await readFile(join(model, 'config_infer_primary.txt'), 'utf8')).toContain(
      'model-engine-file=resnet10.caffemodel_b1_gpu0_fp16.engine\n',
    );
    expect(standIn.stderr()).not.toContain('note:');
  });
});
