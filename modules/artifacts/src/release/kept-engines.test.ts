import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 as sha256Of } from '@companion/foundation/node';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseDesired } from '../domain/desired.ts';
import { defineRelease } from '../domain/release.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { openVolume } from '../volume/open-volume.ts';
import { Undeletable } from '../volume/undeletable.ts';
import { collectGarbage } from './garbage.ts';
import { publishRelease } from './publish.ts';

const infer = `[property]
custom-network-config=yolo.cfg
model-file=yolo.weights
model-engine-file=model_b1_gpu0_fp32.engine
network-mode=2
engine-create-func-name=NvDsInferYoloCudaEngineGet
custom-lib-path=/opt/libnvdsinfer_custom_impl_Yolo.so
`;
const app = `[application]
[source0]
enable=1
type=3
uri=file:///opt/a.mp4
[streammux]
batch-size=1
[primary-gie]
enable=1
batch-size=1
config-file=../../models/yolo/infer.txt
`;
const name = 'model_b1_gpu0_fp16.engine';

describe('engines that a custom library builds', () => {
  let layout: VolumeLayout;
  beforeEach(async () => {
    layout = await openVolume(await mkdtemp(join(tmpdir(), 'engines-')));
  });
  afterEach(() => rm(layout.root, { recursive: true }));

  /** Publishes an app config with models of these files, and gives the release's directory. */
  async function publish(config: string, models: Readonly<Record<string, Readonly<Record<string, string>>>>) {
    const artifacts: Record<string, unknown> = {};
    const put = async (kind: string, artifact: string, files: Readonly<Record<string, string>>): Promise<void> => {
      const sha256 = sha256Of(JSON.stringify(files));
      await mkdir(join(layout.store, sha256), { recursive: true });
      for (const [file, text] of Object.entries(files)) await writeFile(join(layout.store, sha256, file), text);
      artifacts[artifact] = { kind, url: `https://files.example/${artifact}.tgz`, sha256 };
    };
    await put('config', 'app', { 'app.txt': config });
    for (const [model, files] of Object.entries(models)) await put('model', model, files);
    const desired = parseDesired({ artifacts, deepstream: { config: 'configs/app/app.txt' } });
    if (desired.kind !== 'managed') throw new Error(JSON.stringify(desired));
    const release = defineRelease(desired.state, (held) => sha256Of(held));
    await publishRelease(layout, release);
    return join(layout.releases, release.id);
  }
  const yolo = (weights: string, more: Readonly<Record<string, string>> = {}) => ({
    yolo: { 'infer.txt': infer, 'yolo.cfg': '[net]', 'yolo.weights': weights, 'labels.txt': 'car', ...more },
  });
  /** What nvinfer does at its first start: it writes to its working directory, through a link that is there. */
  async function build(release: string): Promise<string> {
    await writeFile(join(release, name), 'engine');
    return realpath(join(release, name));
  }

  test('are found again by every release of the same model, and never by one of another', async () => {
    const first = await publish(app, yolo('one'));
    const engine = await build(first);
    const edited = await publish(`${app}interval=2\n`, yolo('one'));
    expect(edited).not.toBe(first);
    expect(await realpath(join(edited, name))).toBe(engine);
    expect(await readFile(join(edited, 'configs/app/app.txt'), 'utf8')).toContain(
      `[primary-gie]\nenable=1\nbatch-size=1\nconfig-file=../../models/yolo/infer.txt\ninterval=2\nmodel-engine-file=../../${name}\n`,
    );
    const other = await publish(app, yolo('two'));
    expect(existsSync(join(other, name))).toBe(false);
    expect(await build(other)).not.toBe(engine);
    expect(await readFile(engine, 'utf8')).toBe('engine');
  });

  test('lie in a directory that DeepStream’s user may write to', async () => {
    await publish(app, yolo('one'));
    const [directory = ''] = await readdir(layout.engines);
    expect((await stat(join(layout.engines, directory))).mode & 0o777).toBe(0o777);
  });

  test.each([
    ['is there', app, { [name]: 'engine' }, infer.replace('model_b1_gpu0_fp32', 'model_b1_gpu0_fp16')],
    ['is looked for elsewhere', `${app}model-engine-file=/opt/engines/${name}\n`, {}, infer],
    ['is built beside its model', app, {}, infer.replace(/engine-create.*\n/, '')],
  ])('stay as the config says where the engine %s', async (_why, config, files, inferConfig) => {
    const release = await publish(config, yolo('one', { ...files, 'infer.txt': inferConfig }));
    expect(await readFile(join(release, 'configs/app/app.txt'), 'utf8')).toBe(config);
    expect(await readdir(layout.engines)).toEqual([]);
  });

  test('of two detectors that DeepStream would write under one name stay in the release', async () => {
    const second =
      '[secondary-gie0]\nenable=1\ngie-unique-id=2\nbatch-size=1\nconfig-file=../../models/plates/infer.txt\n';
    const release = await publish(`${app}${second}`, { ...yolo('one'), plates: yolo('two').yolo });
    expect(await readFile(join(release, 'configs/app/app.txt'), 'utf8')).toBe(`${app}${second}`);
  });

  test('go with the last release that leads to them', async () => {
    const first = await publish(app, yolo('one'));
    await build(first);
    const second = await publish(app, yolo('two'));
    await build(second);
    const collect = async (keep: string): Promise<number> => {
      const undeletable = new Undeletable(layout.root);
      const log = pino({ level: 'silent' });
      const id = keep.split('/').at(-1) ?? '';
      await collectGarbage({ layout, undeletable, keep: [id], wanted: [], nowMs: Date.now(), log });
      return (await readdir(layout.engines)).length;
    };
    expect(await readdir(layout.engines)).toHaveLength(2);
    expect(await collect(second)).toBe(1);
    expect(await readFile(join(second, name), 'utf8')).toBe('engine');
  });
});
